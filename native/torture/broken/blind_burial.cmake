# A burial looks only at what the dead made: who dies as the last holder of somebody else's object leaves it for ever.
set(FILE server/sweeper.cc)
set(FROM [==[  if (!made && !named) return false;]==])
set(TO [==[  if (!made) return false;]==])
