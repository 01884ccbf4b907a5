"""Runs strangers' code: `runner` in the app, `zygote`, `child` and what they use in processes of their own.

The app opens every file and passes descriptors; what comes back is raw arrays, checked after the child is
dead. Nothing is unpickled. docs/sandbox.md says what each layer does and does not protect from.
"""
