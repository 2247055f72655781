META
key;value
description;"Marks, rows and decimals as in real files; ""quoted"""
budget;1000,50
currency;EUR
vote_type;cumulative
PROJECTS
cost;name;project_id
500,25;"Lamp; bright";P-1
0;Free;P 2
500.25;Tree;P3
900;Never;P4
VOTES
voter_id;age;points;vote
a;;3,2;P-1,P3
b;40;5;P3
c;;;
d;12;1;P 2
