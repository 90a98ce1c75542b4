"""convzoo: know your convnet before you build it."""
