META
key;value
description;Worked by hand in docs/rules/phragmen.md
budget;120
vote_type;approval
PROJECTS
project_id;cost;name
bench;60;A bench
trees;50;Trees
lamp;40;A lamp
swing;30;A swing
VOTES
voter_id;vote
1;bench,trees
2;bench,lamp
3;bench
4;trees,lamp
5;trees
6;lamp
7;bench
8;trees
9;swing
