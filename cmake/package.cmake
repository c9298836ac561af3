# Installing and packaging: the library, its headers, what finds it, and the zx tool.
include(CMakePackageConfigHelpers)

set(overlay_dir ${CMAKE_INSTALL_INCLUDEDIR}/libzircon-overlay)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libzircon)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# What programs written for Fuchsia need besides the library.
add_library(fuchsia INTERFACE)
add_library(libzircon::fuchsia ALIAS fuchsia)
target_compile_definitions(fuchsia INTERFACE __Fuchsia__)
target_include_directories(fuchsia BEFORE
                           INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include/overlay>
                                     $<INSTALL_INTERFACE:${overlay_dir}>)
target_link_libraries(fuchsia INTERFACE zircon)

install(TARGETS zircon fuchsia EXPORT libzircon LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/zircon ${PROJECT_SOURCE_DIR}/include/libzircon
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/overlay/ DESTINATION ${overlay_dir}
        FILES_MATCHING PATTERN *.h)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

# pkg-config: paths relative to the file, so that the installed tree can be moved.
file(RELATIVE_PATH prefix_from_pkgconfig /${pkgconfig_dir} /)
string(REGEX REPLACE "/$" "" prefix_from_pkgconfig "${prefix_from_pkgconfig}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/zircon.pc.in ${PROJECT_BINARY_DIR}/zircon.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/zircon.pc DESTINATION ${pkgconfig_dir})

# find_package(libzircon)
install(EXPORT libzircon NAMESPACE libzircon:: FILE libzircon-targets.cmake
        DESTINATION ${config_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/libzircon-config.cmake.in
                              ${PROJECT_BINARY_DIR}/libzircon-config.cmake
                              INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/libzircon-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/libzircon-config.cmake
              ${PROJECT_BINARY_DIR}/libzircon-config-version.cmake DESTINATION ${config_dir})

# cpack -G DEB
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME libzircon)
set(CPACK_PACKAGE_VENDOR "the libzircon authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "the libzircon authors <libzircon@localhost>")
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "The system calls of Fuchsia's kernel, implemented inside a Linux process.
Holds the library, the headers that programs are compiled with, and the zx tool.")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # asks for the packages dpkg-dev and file
include(CPack)
