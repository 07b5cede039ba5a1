# find_package(ctool): the command ctool::ctool, the libraries ctool::static and ctool::shared as far as they are installed (not
# with wasi.cmake), and
#
#   ctool_add_component(TARGET [WIT DIR] [WORLD NAME] [ADAPT [NAME=]FILE...] [WASI_ADAPTER FORM] [OUTPUT FILE] [OPTIMIZE] [STRIP] [OPTIONS ARGUMENT...])
#
# makes a component of what the executable TARGET links to, as part of `all`: OUTPUT, else TARGET.component.wasm in the binary directory, which the property
# CTOOL_COMPONENT of TARGET names then. It is made anew when the module, the WIT (its deps/ included) or an adapter changes, and only then.
get_filename_component(_ctool_prefix "${CMAKE_CURRENT_LIST_DIR}/@CTOOL_CONFIG_UP@" ABSOLUTE)
find_program(CTOOL_EXECUTABLE ctool HINTS "${_ctool_prefix}/bin" REQUIRED)

if(NOT TARGET ctool::ctool)
  add_executable(ctool::ctool IMPORTED)
  set_target_properties(ctool::ctool PROPERTIES IMPORTED_LOCATION "${CTOOL_EXECUTABLE}")
  if(NOT CMAKE_SYSTEM_NAME STREQUAL "WASI") # they are for this machine
    foreach(_form static shared)
      string(TOUPPER ${_form} _kind)
      set(_name libctool.a)
      if(_form STREQUAL shared)
        set(_name libctool.so)
      endif()
      find_library(CTOOL_${_kind}_LIBRARY ${_name} HINTS "${_ctool_prefix}/lib" PATH_SUFFIXES ${CMAKE_LIBRARY_ARCHITECTURE} NO_DEFAULT_PATH)
      if(CTOOL_${_kind}_LIBRARY)
        add_library(ctool::${_form} ${_kind} IMPORTED)
        set_target_properties(ctool::${_form} PROPERTIES IMPORTED_LOCATION "${CTOOL_${_kind}_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${_ctool_prefix}/include")
      endif()
    endforeach()
  endif()
  if(TARGET ctool::static)
    set_target_properties(ctool::static PROPERTIES INTERFACE_LINK_LIBRARIES "@CTOOL_STATIC_NEEDS@")
  endif()
endif()

function(ctool_add_component target)
  cmake_parse_arguments(PARSE_ARGV 1 it "OPTIMIZE;STRIP" "WIT;WORLD;WASI_ADAPTER;OUTPUT" "ADAPT;OPTIONS")
  if(it_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ctool_add_component: unknown arguments: ${it_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT it_OUTPUT)
    set(it_OUTPUT ${target}.component.wasm)
  endif()
  get_filename_component(output "${it_OUTPUT}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_BINARY_DIR}")
  set(words ${it_OPTIONS})
  if(it_WIT)
    get_filename_component(wit "${it_WIT}" ABSOLUTE)
    list(APPEND words --wit "${wit}")
  endif()
  if(it_WORLD)
    list(APPEND words --world "${it_WORLD}")
  endif()
  if(it_WASI_ADAPTER)
    list(APPEND words --wasi-adapter "${it_WASI_ADAPTER}")
  endif()
  foreach(adapter ${it_ADAPT})
    list(APPEND words --adapt "${adapter}")
  endforeach()
  set(then)
  if(it_STRIP)
    list(APPEND then COMMAND ctool::ctool strip "${output}" -o "${output}")
  endif()
  if(it_OPTIMIZE)
    list(APPEND then COMMAND ctool::ctool optimize "${output}" -o "${output}")
  endif()
  add_custom_command(
    OUTPUT "${output}"
    COMMAND ctool::ctool component new "$<TARGET_FILE:${target}>" ${words} -o "${output}" --dep-file "${output}.d"
    ${then}
    DEPENDS ${target} "$<TARGET_FILE:${target}>"
    DEPFILE "${output}.d"
    COMMENT "Making the component ${it_OUTPUT}"
    VERBATIM)
  add_custom_target(${target}_component ALL DEPENDS "${output}")
  set_target_properties(${target} PROPERTIES CTOOL_COMPONENT "${output}")
endfunction()
