"""What runs inside the guest, with nothing but Python's standard library (see
workers/lab/image/initramfs.py).

`python3 -m workers.lab.guest` is started by the initramfs before the snapshot is taken, and goes on after
each restore: it reads its plan, plays it, and sends back what was recorded.
"""
