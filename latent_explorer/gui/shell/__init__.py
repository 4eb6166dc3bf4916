"""The window: docks, menus and status. It assembles, and decides nothing."""
