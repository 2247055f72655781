META
key;value
description;Worked by hand in docs/rules/cstv.md
budget;100
vote_type;cumulative
PROJECTS
project_id;cost;name
pool;60;A pool
trees;40;Trees
bench;30;Benches
VOTES
voter_id;vote;points
1;pool,trees;3,1
2;pool;4
3;trees,bench;2,2
4;bench,trees;3,1
