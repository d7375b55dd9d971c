{
  # For those who run node-gyp: the build is the one of native/CMakeLists.txt.
  "targets": [
    {
      "target_name": "exr_inspector",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake_build",
          "inputs": ["native/CMakeLists.txt"],
          # Never written, so that the script itself decides whether there is anything to do.
          "outputs": ["<(INTERMEDIATE_DIR)/always"],
          "action": ["node", "scripts/build-addon.mjs"]
        }
      ]
    }
  ]
}
