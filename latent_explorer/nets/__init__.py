"""The families of networks, free of file input and output; torch is imported by the modules, not by the room."""

from latent_explorer.nets.spec import NetSpec
from latent_explorer.waiting import wait_asleep

wait_asleep()  # whoever imports torch beside this room does so after it
