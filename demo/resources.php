<?php
// How many resources the application has: five routes each.
return 60;
