"""The list of bundles: what there is, with pictures and figures; opened, renamed, copied, deleted."""
