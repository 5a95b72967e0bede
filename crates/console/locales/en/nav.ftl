# The frame round every screen.
nav-main = Main
nav-sections = Sections
nav-switch-workspace = Workspace { $name }: switch
nav-account-of = Account of { $name }
nav-people = People
nav-writing = Writing and sending
nav-delivery = Delivery
nav-workspace = Workspace
nav-instance = Installation
