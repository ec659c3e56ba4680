#!/bin/sh
echo "typst 0.14.2 (stand-in)"
