"""The listening report: one page with pictures, made of the answers in the schema `analytics`."""
