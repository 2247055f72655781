META
key;value
description;Worked by hand in docs/rules/envelopes.md
budget;120
vote_type;approval
PROJECTS
project_id;cost;name;category
ramp;40;A ramp;roads
crossing;30;A crossing;roads
lamp;20;A lamp;roads
books;40;Books;culture
stage;35;A stage;culture
VOTES
voter_id;vote
1;ramp,crossing
2;ramp,crossing
3;ramp,books
4;ramp,lamp
5;ramp,books,stage
6;crossing,lamp
7;crossing,books,stage
