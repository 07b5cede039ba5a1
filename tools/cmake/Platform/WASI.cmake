# What CMake has to know of the platform WASI: nothing is shared there, and executables are modules.
set(CMAKE_EXECUTABLE_SUFFIX .wasm)
set(CMAKE_SHARED_LIBRARY_PREFIX lib)
set(CMAKE_STATIC_LIBRARY_PREFIX lib)
set(CMAKE_STATIC_LIBRARY_SUFFIX .a)
set_property(GLOBAL PROPERTY TARGET_SUPPORTS_SHARED_LIBS FALSE)
