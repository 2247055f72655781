META
key;value
description;Worked by hand in docs/rules/pb_ear.md
budget;120
vote_type;ordinal
PROJECTS
project_id;cost;name
pool;60;A pool
trees;40;Trees
bench;40;Benches
lamp;20;A lamp
VOTES
voter_id;vote
1;pool,lamp
2;pool,trees
3;trees,pool
4;trees,bench
5;trees
6;lamp,bench
