# `cmake --install` puts the libraries and their headers where find_package(Atoll) and pkg-config find them, and
# atoll-store with its manual page and its unit of systemd.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(ATOLL_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Atoll)

set_target_properties(atoll_store PROPERTIES EXPORT_NAME store)
install(TARGETS atoll_store EXPORT AtollTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET atoll_store_shared)
  set_target_properties(atoll_store_shared PROPERTIES EXPORT_NAME shared)
  install(TARGETS atoll_store_shared EXPORT AtollTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
# Who links to it brings Arrow C++ along.
if(TARGET atoll_arrow)
  set_target_properties(atoll_arrow PROPERTIES EXPORT_NAME arrow)
  install(TARGETS atoll_arrow EXPORT AtollTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
install(DIRECTORY include/atoll DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT AtollTargets NAMESPACE Atoll:: DESTINATION ${ATOLL_PACKAGE_DIR})

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/AtollConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/AtollConfig.cmake
  INSTALL_DESTINATION ${ATOLL_PACKAGE_DIR})
# Until 1.0 a minor version may change what a program sees.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/AtollConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/AtollConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/AtollConfigVersion.cmake
  DESTINATION ${ATOLL_PACKAGE_DIR})

# Relative to where the file lies, so that an installed tree can be moved.
file(RELATIVE_PATH ATOLL_PREFIX_OF_PC /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/atoll.pc.in ${CMAKE_CURRENT_BINARY_DIR}/atoll.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/atoll.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
