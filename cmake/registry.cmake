# A registry is a file `<name>.def` with one line an entry, MACRO(identifier, ...), and a folder
# `<name>/` beside it with one `<identifier>.cpp` an entry. C++ includes the .def to declare the
# entries and to make the table; this holds the lines to the files, both ways.

if(NOT DEFINED SCANTLING_DEF_MISMATCH)
  set(SCANTLING_DEF_MISMATCH WARNING)  # KEEL: FATAL_ERROR once the rooms are laid
endif()

function(scantling_check_registry room_folder name)
  set(def_file "${room_folder}/${name}.def")
  set(folder "${room_folder}/${name}")
  if(NOT EXISTS "${def_file}")
    message(${SCANTLING_DEF_MISMATCH} "${def_file} does not exist")
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${def_file}")
  file(STRINGS "${def_file}" lines REGEX "^[A-Z_]+\\(")
  set(listed "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^[A-Z_]+\\(([a-z0-9_]+)[,)].*$" "\\1" identifier "${line}")
    if(identifier STREQUAL line)
      message(${SCANTLING_DEF_MISMATCH} "${def_file}: can't read the identifier in: ${line}")
    endif()
    if(identifier IN_LIST listed)
      message(${SCANTLING_DEF_MISMATCH} "${def_file} lists '${identifier}' twice")
    endif()
    list(APPEND listed "${identifier}")
    if(NOT EXISTS "${folder}/${identifier}.cpp")
      message(${SCANTLING_DEF_MISMATCH}
        "${def_file} lists '${identifier}', but ${folder}/${identifier}.cpp does not exist")
    endif()
  endforeach()
  file(GLOB present RELATIVE "${folder}" CONFIGURE_DEPENDS "${folder}/*.cpp")
  list(FILTER present EXCLUDE REGEX "_test\\.cpp$")
  foreach(file IN LISTS present)
    string(REGEX REPLACE "\\.cpp$" "" identifier "${file}")
    if(NOT identifier IN_LIST listed)
      message(${SCANTLING_DEF_MISMATCH}
        "${folder}/${file} exists, but ${def_file} has no line for '${identifier}'")
    endif()
  endforeach()
endfunction()
