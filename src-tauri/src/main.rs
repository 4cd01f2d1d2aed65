fn main() { tieout_app::run() }
