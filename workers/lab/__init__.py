"""The lab: a small virtual machine without network and disk, in which experiments run in virtual time."""
