"""What happens by itself: purges, exports, erasures, and the law's clocks."""
