// Builds the addon with cmake-js from native/CMakeLists.txt. Placeholder arguments live there, not here.
