#!/bin/sh
if [ "$1" = --version ]; then echo "typst TYPST_VERSION (stand-in)"; exit 0; fi
echo "kaputt" >&2
exit 3
