# The libraries of this system, through pkg-config. Defines three interface libraries: tlsmend_deps (shared libraries),
# tlsmend_archives (static archives where they exist, so that the command starts fast) and tlsmend_system_libraries.
find_package(PkgConfig REQUIRED)
pkg_search_module(TLSMEND_LUA REQUIRED IMPORTED_TARGET lua5.4 lua-5.4 lua54 lua>=5.4)
pkg_search_module(TLSMEND_LFS REQUIRED IMPORTED_TARGET lua5.4-filesystem lua-filesystem)
pkg_check_modules(TLSMEND_JANSSON REQUIRED IMPORTED_TARGET jansson>=2.13)
pkg_check_modules(TLSMEND_SODIUM REQUIRED IMPORTED_TARGET libsodium>=1.0.16)
pkg_check_modules(TLSMEND_ZLIB REQUIRED IMPORTED_TARGET zlib)

set(libraries LFS LUA JANSSON SODIUM ZLIB)
if(CMAKE_SYSTEM_NAME STREQUAL Linux)
  pkg_check_modules(TLSMEND_SECCOMP IMPORTED_TARGET libseccomp>=2.5)
  if(NOT TLSMEND_SECCOMP_FOUND)
    message(FATAL_ERROR "libseccomp (2.5 or later) was not found: runbooks of others run behind a filter of system calls that it makes. "
                        "Install libseccomp-dev.")
  endif()
  list(APPEND libraries SECCOMP)
endif()
list(TRANSFORM libraries REPLACE "(.+)" "PkgConfig::TLSMEND_\\1" OUTPUT_VARIABLE TLSMEND_DEPS)
add_library(tlsmend_deps INTERFACE)
target_link_libraries(tlsmend_deps INTERFACE ${TLSMEND_DEPS} m)

add_library(tlsmend_archives INTERFACE)
set(shared "")
foreach(library IN LISTS libraries)
  set(archive "")
  if(TLSMEND_ARCHIVES)
    list(GET TLSMEND_${library}_LIBRARIES 0 name)
    find_library(TLSMEND_${library}_ARCHIVE NAMES lib${name}.a HINTS ${TLSMEND_${library}_LIBRARY_DIRS} ${TLSMEND_${library}_LIBDIR})
    mark_as_advanced(TLSMEND_${library}_ARCHIVE)
    set(archive ${TLSMEND_${library}_ARCHIVE})
  endif()
  if(archive)
    list(APPEND archives ${archive})
  else()
    list(APPEND archives PkgConfig::TLSMEND_${library})
    string(APPEND shared " ${TLSMEND_${library}_MODULE_NAME}")
  endif()
  target_include_directories(tlsmend_archives SYSTEM INTERFACE ${TLSMEND_${library}_INCLUDE_DIRS})
endforeach()
find_package(Threads REQUIRED)
set(system m Threads::Threads ${CMAKE_DL_LIBS})
target_link_libraries(tlsmend_archives INTERFACE ${archives} ${system})

# TLSMEND_PRIVATE: these libraries are part of libtlsmend, under names that nobody else sees, so that the program that loads it may
# have others of the same names. docs/decisions/0019-libraries-of-our-own.md
set(TLSMEND_PRIVATE OFF)
set(private_sources ${PROJECT_SOURCE_DIR}/host/cmake/wrapped_streams.c)
set(private_options -Wl,--exclude-libs,ALL -Wl,-Bsymbolic-functions -Wl,-z,text
                    -Wl,--wrap=stdin -Wl,--wrap=stdout -Wl,--wrap=stderr)
set(why "no archive (lib*.a) is used of:${shared}")
if(shared STREQUAL "")
  try_compile(TLSMEND_ARCHIVES_FIT ${PROJECT_BINARY_DIR}/private
              SOURCES ${PROJECT_SOURCE_DIR}/host/cmake/private.c ${private_sources}
              CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${TLSMEND_LUA_INCLUDE_DIRS} COMPILE_DEFINITIONS -fPIC
              LINK_OPTIONS -shared ${private_options} LINK_LIBRARIES ${archives} ${system} OUTPUT_VARIABLE log)
  file(WRITE ${PROJECT_BINARY_DIR}/private/log.txt "${log}")
  set(why "the archives do not fit into a shared library; ${PROJECT_BINARY_DIR}/private/log.txt")
  set(TLSMEND_PRIVATE ${TLSMEND_ARCHIVES_FIT})
endif()
if(TLSMEND_PRIVATE)
  set(TLSMEND_INSTALL_DEPS m -pthread)
  set(TLSMEND_REQUIRES "")
else()
  set(TLSMEND_INSTALL_DEPS ${TLSMEND_DEPS} m)
  set(TLSMEND_REQUIRES ${TLSMEND_LFS_MODULE_NAME} ${TLSMEND_LUA_MODULE_NAME} jansson libsodium zlib)
  if(TLSMEND_SECCOMP_FOUND)
    list(APPEND TLSMEND_REQUIRES libseccomp)
  endif()
  message(WARNING "libtlsmend takes Lua and friends from shared libraries: ${why}. A program that has another Lua, or another "
                  "library with functions of the same names, may crash when it loads it. The command is not concerned.")
endif()

add_library(tlsmend_system_libraries INTERFACE)
