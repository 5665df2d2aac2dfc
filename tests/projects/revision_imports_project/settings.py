FIRST_USERS = [{"name": "root", "email": "root@example.org"}]
