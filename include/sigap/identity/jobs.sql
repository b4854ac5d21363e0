-- The sector of each occupation that occurs: the first entry of jobs.yaml whose words stand in it as whole words.
CREATE TEMP TABLE job_sector AS
SELECT listed.job, arg_min(jobs.sector, jobs.place) AS sector
FROM (SELECT DISTINCT job FROM listed WHERE job IS NOT NULL) AS listed
JOIN jobs ON contains(' ' || regexp_replace(upper(listed.job), '[^A-Z]+', ' ', 'g') || ' ', ' ' || jobs.words || ' ')
GROUP BY listed.job;
