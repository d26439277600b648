# libtlsmend with Lua, LuaFileSystem, Jansson, libsodium, zlib and libseccomp inside: what both libraries define is the tlsmend_* of the headers, and
# what they want of others is the C library. The shared one is linked from the archives. The static one is a single object in
# which every other name has been made local, so that it goes into a program with another Lua, or with functions of our names.
add_library(tlsmend_streams OBJECT ${private_sources})
target_sources(tlsmend_shared PRIVATE $<TARGET_OBJECTS:tlsmend_streams>)
target_link_libraries(tlsmend_streams PRIVATE tlsmend_flags)
target_link_libraries(tlsmend_shared PRIVATE tlsmend_archives)
target_link_options(tlsmend_shared PRIVATE ${private_options})

set(merge -r -nostdlib)
set(rename -w --localize-hidden --keep-global-symbol=tlsmend_*)
foreach(stream stdin stdout stderr) # --wrap does nothing here; see host/cmake/wrapped_streams.c
  list(APPEND merge -Wl,--defsym=${stream}=__wrap_${stream})
  list(APPEND rename --redefine-sym __real_${stream}=${stream})
endforeach()
add_executable(tlsmend_merged $<TARGET_OBJECTS:objects> $<TARGET_OBJECTS:tlsmend_streams>)
set_target_properties(tlsmend_merged PROPERTIES SUFFIX .o LINKER_LANGUAGE C)
target_link_libraries(tlsmend_merged PRIVATE ${archives})
target_link_options(tlsmend_merged PRIVATE ${merge})
set(whole ${PROJECT_BINARY_DIR}/tlsmend_whole.o)
add_custom_command(OUTPUT ${whole} DEPENDS tlsmend_merged
  COMMAND ${CMAKE_OBJCOPY} ${rename} $<TARGET_FILE:tlsmend_merged> ${whole}
  COMMENT "Making all names local but those of the headers" VERBATIM)
set_source_files_properties(${whole} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
add_library(tlsmend_static STATIC ${whole})
