# madang_module(name [USES modules...] [LINKS libraries...])
# One static library from src/<name>/**.cpp. Headers for others stand in include/madang/<name>/.
function(madang_module name)
  cmake_parse_arguments(arg "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  add_library(madang_${name} STATIC ${sources})
  target_include_directories(madang_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include PRIVATE ${CMAKE_SOURCE_DIR}/src/${name})
  list(TRANSFORM arg_USES PREPEND madang_)
  target_link_libraries(madang_${name} PUBLIC ${arg_USES} PRIVATE ${arg_LINKS})
  madang_precompile(madang_${name})
endfunction()

# The precompiled header is built once, by a target of its own that has no other definitions, and reused by all.
file(WRITE ${CMAKE_BINARY_DIR}/precompiled.cpp "// nothing: it carries the precompiled header\n")
add_library(madang_precompiled OBJECT ${CMAKE_BINARY_DIR}/precompiled.cpp)
target_link_libraries(madang_precompiled PUBLIC Threads::Threads Boost::headers fmt::fmt)
target_precompile_headers(madang_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/src/base/precompiled.hpp)

function(madang_precompile target)
  target_precompile_headers(${target} REUSE_FROM madang_precompiled)
endfunction()

# madang_unit_test(module [LINKS libraries...]): tests/unit/<module>/*.cpp become the program unit_<module>.
function(madang_unit_test module)
  cmake_parse_arguments(arg "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${module}/*.cpp)
  add_executable(unit_${module} ${sources})
  target_include_directories(unit_${module} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support ${CMAKE_SOURCE_DIR}/src/${module})
  target_link_libraries(unit_${module} PRIVATE madang_${module} catch_main ${arg_LINKS})
  madang_precompile(unit_${module})
  add_test(NAME unit_${module} COMMAND unit_${module})
endfunction()
