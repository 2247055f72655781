META
key;value
description;Worked by hand in docs/rules/comparison.md
budget;100
vote_type;approval
PROJECTS
project_id;cost;name
hall;100;A hall
bench;30;A bench
tree;30;A tree
lamp;30;A lamp
VOTES
voter_id;vote
1;hall
2;hall
3;hall,bench
4;hall,bench,tree
5;hall,tree,lamp
6;bench
7;tree
8;tree,lamp
9;lamp
10;
