"""A portal moves in: the export of one installation (tenants.service.exporting) goes into another one."""
