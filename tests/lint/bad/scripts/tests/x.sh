#!/bin/sh
rm -rf $1/*
cd $HOME/x
echo `ls *.c | while read f; do n=1; done`; [ $n = 1 ]
