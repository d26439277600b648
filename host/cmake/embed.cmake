# Turns stdlib/**/*.lua, host/lang/*.txt, host/lua/**/*.lua and runbooks/*.lua into a C file that defines the table of
# script/script.h. CMake alone does it, and the texts become byte arrays, so any byte and any length is fine. stdlib/meta is for
# editors; the prompt reads its help from it. Each is packed: together they are a megabyte, which is
# most of what a Windows executable may have. Of what gzip writes only the deflated bytes stay, without its header and checksum.
#
# Included, it defines embed_texts(OUTPUT). Run with `cmake -P` it writes OUTPUT from the list of names in LIST.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  file(STRINGS "${LIST}" names)
  set(arrays "")
  set(rows "")
  set(count 0)
  foreach(name IN LISTS names)
    file(SIZE "${SOURCE}/${name}" size)
    file(ARCHIVE_CREATE OUTPUT "${OUTPUT}.gz" PATHS "${SOURCE}/${name}" FORMAT raw COMPRESSION GZip COMPRESSION_LEVEL 9
         MTIME "1970-01-01")
    file(READ "${OUTPUT}.gz" bytes HEX)
    file(SIZE "${OUTPUT}.gz" packed)
    math(EXPR packed "${packed} - 18") # 10 of header, 8 of checksum and size
    math(EXPR digits "${packed} * 2")
    string(SUBSTRING "${bytes}" 20 ${digits} bytes)
    string(REGEX REPLACE "(................................)" "\\1\n  " bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    string(APPEND arrays "static const unsigned char text_${count}[] = {\n  ${bytes}0x00};\n")
    string(APPEND rows "  {\"${name}\", (const char *)text_${count}, ${size}, ${packed}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(WRITE "${OUTPUT}.new" "/* Made by host/cmake/embed.cmake. */
#include \"script/script.h\"

${arrays}
const embedded_text embedded_texts[] = {
${rows}  {NULL, NULL, 0, 0},
};
const size_t embedded_text_count = ${count};
")
  file(RENAME "${OUTPUT}.new" "${OUTPUT}")
  return()
endif()

function(embed_texts output)
  file(GLOB_RECURSE names CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} stdlib/*.lua host/lang/*.txt
       host/lua/*.lua)
  file(GLOB runbooks CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} runbooks/*.lua)
  list(APPEND names ${runbooks})
  list(SORT names)
  list(TRANSFORM names PREPEND ${PROJECT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  string(JOIN "\n" text ${names})
  file(CONFIGURE OUTPUT ${output}.list CONTENT "${text}\n" @ONLY)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DLIST=${output}.list -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${output}
            -P ${PROJECT_SOURCE_DIR}/host/cmake/embed.cmake
    DEPENDS ${files} ${output}.list ${PROJECT_SOURCE_DIR}/host/cmake/embed.cmake
    COMMENT "Embedding Lua" VERBATIM)
endfunction()
