META
key;value
description;Worked by hand in docs/rules/channels.md
budget;100
vote_type;approval
PROJECTS
project_id;cost;name
library;50;A library corner
crossing;50;A safer crossing
garden;40;A garden
bench;10;A bench
lamp;5;A lamp
VOTES
voter_id;vote;voting_method
1;library,crossing;online
2;library,crossing;online
3;library,crossing;online
4;library,garden;online
5;library,bench;online
6;library,bench;online
7;crossing,bench;online
8;crossing,garden;online
9;garden,bench;online
10;bench;online
11;;online
12;crossing,garden;round table
13;crossing,garden,lamp;round table
14;crossing,library;round table
15;garden,lamp;round table
