META
key;value
description;A tie that changes what is funded besides it
budget;7
vote_type;approval
PROJECTS
project_id;cost;name
a;3;Arbour
b;4;Bench
c;2;Cherry tree
VOTES
voter_id;vote
1;b,c
2;a,b
