META
key;value
description;Points: the best set is not the one that greed finds
budget;10
vote_type;cumulative
PROJECTS
project_id;cost;name
bridge;10;A bridge
fair;0;A fair
hall;6;A hall
pond;5;A pond
sand;5;A sandpit
VOTES
voter_id;vote;points
1;hall,pond,fair;5,3,1
2;hall,sand;3,4
3;bridge,pond;4,2
