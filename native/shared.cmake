# libatoll_store.so.N, N being the version of the C ABI: who was linked to it finds one that it understands.
file(STRINGS include/atoll/c.h ATOLL_ABI_VERSION REGEX "^#define ATOLL_ABI_VERSION [0-9]+$")
string(REGEX MATCH "[0-9]+" ATOLL_ABI_VERSION "${ATOLL_ABI_VERSION}")

add_library(atoll_store_shared SHARED $<TARGET_OBJECTS:atoll_store>)
add_library(Atoll::shared ALIAS atoll_store_shared)
set_target_properties(atoll_store_shared PROPERTIES
  OUTPUT_NAME atoll_store
  LINKER_LANGUAGE CXX
  SOVERSION ${ATOLL_ABI_VERSION}
  VERSION ${ATOLL_ABI_VERSION}.${PROJECT_VERSION}
  LINK_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/exports.map)
target_include_directories(atoll_store_shared INTERFACE
  $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
target_link_libraries(atoll_store_shared PRIVATE Threads::Threads)
target_link_options(atoll_store_shared PRIVATE
  -Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/exports.map
  -Wl,-z,noexecstack -Wl,-z,relro -Wl,-z,now
  -Wl,-z,nodelete) # its threads may run, and operator new has a handler in it (os/thread)
if(NOT ATOLL_SANITIZE)  # whose runtime is in the program
  target_link_options(atoll_store_shared PRIVATE -Wl,--no-undefined)
endif()
if(NOT PROJECT_IS_TOP_LEVEL)
  set_target_properties(atoll_store_shared PROPERTIES EXCLUDE_FROM_ALL ON)
endif()
