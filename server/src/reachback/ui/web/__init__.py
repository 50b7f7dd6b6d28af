"""Pages of the design system itself: errors and the gallery."""
