"""What the report's page is made of: each module prepares one part of it for the templates."""
