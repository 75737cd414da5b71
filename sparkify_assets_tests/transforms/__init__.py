"""Tests of the transforms: each rule of the design on a small frame."""
