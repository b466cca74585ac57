# How everything is compiled. MADANG_SANITIZE is empty, "asan" (address and undefined behaviour) or "tsan".
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g0")

add_compile_options(-Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False in GCC 12 at -O2: it sees through one half only of a coroutine frame's inlined operator new and delete, and takes a
  # short string's own buffer for its bound (PR105651). clang and the sanitizers look at the same code without these.
  add_compile_options(-Wno-mismatched-new-delete -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
else()
  add_compile_options(-Wno-deprecated-declarations)  # libstdc++ calls what it has marked as deprecated itself
endif()
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                        SPDLOG_FMT_EXTERNAL _FILE_OFFSET_BITS=64)

find_program(MADANG_CCACHE ccache)
if(MADANG_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MADANG_CCACHE})
  # With a precompiled header, ccache must be told that its time does not matter.
  set(ENV{CCACHE_SLOPPINESS} pch_defines,time_macros)
endif()

find_program(MADANG_MOLD mold)
if(MADANG_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
add_link_options(-Wl,--as-needed)

set(MADANG_SANITIZE "" CACHE STRING "empty, asan or tsan")
if(MADANG_SANITIZE STREQUAL "asan")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1 -g1)
  # A null pointer is a crash that the address sanitizer explains, and x86-64 reads at any address. Asking about both at every
  # access takes a third of the time of compiling.
  add_compile_options(-fno-sanitize=null,alignment)
  add_link_options(-fsanitize=address,undefined)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)  # false in libstdc++'s <regex> under a sanitizer
  endif()
elseif(MADANG_SANITIZE STREQUAL "tsan")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # atomic_thread_fence inside Asio
  endif()
endif()
