META
key;value
description;Worked by hand in docs/rules/greedy.md; rivals and needs are in variants.json
budget;120
vote_type;approval
PROJECTS
project_id;cost;name
pitch;50;A pitch on the lot
garden;40;A garden on the same lot
light;20;Lights for the pitch
shed;10;A shed for the garden
bench;30;A bench
VOTES
voter_id;vote
1;light,garden
2;light,garden
3;light,garden
4;light,pitch
5;pitch,shed
6;pitch,bench
7;pitch,bench
8;light
