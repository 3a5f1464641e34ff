# `cmake --install` puts the library and its headers where `find_package(Atoll)` finds them.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(ATOLL_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/Atoll)

set_target_properties(atoll_store PROPERTIES EXPORT_NAME store)
install(TARGETS atoll_store EXPORT AtollTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
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
