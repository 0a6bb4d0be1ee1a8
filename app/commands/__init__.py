"""The commands of `crrc`, one module per thing: every click command at the top of a module is one."""
