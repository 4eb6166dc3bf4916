"""The families of networks, without file access; torch is imported by the modules, not by the package."""

from latent_explorer.nets.spec import NetSpec
from latent_explorer.waiting import wait_asleep

wait_asleep()  # must run before torch is imported
