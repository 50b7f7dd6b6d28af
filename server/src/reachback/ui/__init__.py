"""The design system: tokens, layouts, components, template tags."""
