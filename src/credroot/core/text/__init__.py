"""Values as text, and text of strangers made harmless."""
