META
key;value
description;Worked by hand in docs/rules/ees.md
budget;120
vote_type;approval
PROJECTS
project_id;cost;name
hall;80;A hall
trees;40;Trees
bench;30;Benches
VOTES
voter_id;vote
1;hall
2;hall
3;hall,trees
4;trees
5;trees,bench
6;bench
