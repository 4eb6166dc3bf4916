"""The main window: assembles docks, menus and status bar."""
