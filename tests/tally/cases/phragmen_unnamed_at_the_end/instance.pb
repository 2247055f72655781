META
key;value
description;Projects that nobody named, and one dearer than the budget
budget;10
vote_type;approval
PROJECTS
project_id;cost;name
s;4;Swing
u;3;Urn
v;2;Vane
w;2;Well
x;99;Xyst
VOTES
voter_id;vote
1;s
2;s,x
3;
