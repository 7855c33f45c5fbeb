"""How the guest is made: Debian packages become a kernel, an initramfs, and a snapshot of the machine just
before its plan.
"""
