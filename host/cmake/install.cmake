# cmake --install: headers, libraries, the command, a CMake package and a pkg-config file. A Windows build installs the
# command, the headers and the DLL: its static library would need the libraries that were compiled for it alone.
include(CMakePackageConfigHelpers)

install(DIRECTORY host/include/tlsmend DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
if(TARGET tlsmend_command)
  install(TARGETS tlsmend_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(WIN32)
  install(TARGETS tlsmend_shared RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  return()
endif()

install(TARGETS tlsmend_static tlsmend_shared tlsmend_system_libraries EXPORT tlsmend
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tlsmend)
install(EXPORT tlsmend FILE tlsmendTargets.cmake NAMESPACE tlsmend:: DESTINATION ${package_dir})
configure_package_config_file(host/cmake/tlsmendConfig.cmake.in ${PROJECT_BINARY_DIR}/tlsmendConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tlsmendConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tlsmendConfig.cmake ${PROJECT_BINARY_DIR}/tlsmendConfigVersion.cmake
        DESTINATION ${package_dir})

# From where the file lies, so that an installation can be moved and --prefix works.
file(RELATIVE_PATH tlsmend_up ${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
list(JOIN TLSMEND_REQUIRES " " requires)
configure_file(host/cmake/tlsmend.pc.in ${PROJECT_BINARY_DIR}/tlsmend.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tlsmend.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
