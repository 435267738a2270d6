"""What generated instances are made of: real backbones, grids and hardware, sites, work, offers."""
