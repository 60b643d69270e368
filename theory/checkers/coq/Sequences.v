(** The theory of a run, said of random sequences: noise, staleness, drift, descent, Theorem 1.

    Nothing is said of weights: F is the sequence of gradients, n the noise, b what staleness and e what the device
    adds to the direction, v = F + b + e; [value] is f along the run.  Trajectory.v, Growing.v and Refined.v say what
    these sequences are of a run. *)

From Coq Require Import Reals Lra Lia List.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Master.
Import ListNotations.
Local Open Scope R_scope.

(** In absolute value at most pi, so with a square at most that of pi. *)
(* Claim: stale.pathwise *)
Lemma square_at_most {H : space} (b : H) pi : norm b <= pi -> inner b b <= pi ^ 2.
Proof. intros L. rewrite <- norm_sq. apply pow_incr. split; [apply norm_nonneg | exact L]. Qed.

(** How far noise with E |n_k|^2 <= sigma^2 + growth |F_k|^2 given the past reaches on average. *)
Definition level (sigma growth A : R) : R := sqrt (sigma ^ 2 + growth * A).

Lemma level_sq sigma growth A : 0 <= growth -> 0 <= A -> level sigma growth A ^ 2 = sigma ^ 2 + growth * A.
Proof. intros Hg HA. apply pow2_sqrt. pose proof (pow2_ge_0 sigma). pose proof (Rmult_le_pos _ _ Hg HA). lra. Qed.

Section sequences.
  Variable P : sampler.
  Variable K : nat.

  (** * Averages *)

  (** What is at most c given the past, in every step, is at most c on average. *)
  Lemma average_conditional f c : (0 < K)%nat ->
    (forall h, reachable P h -> (length h < K)%nat -> conditional P f h <= c) -> average P K f <= c.
  Proof.
    intros K_pos L. rewrite <- (average_const P K c K_pos).
    apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat, lt_0_INR, K_pos|].
    apply sum_le. intros k Hk. rewrite (mean_const P (S k) c), <- (mean_const P k c).
    simpl (mean P (S k) _). apply mean_le. intros h [R E]. apply L; [exact R | lia].
  Qed.

  (** What is at most c wherever the run may get is at most c given the past. *)
  Lemma conditional_below f c h : (forall h, taken P K h -> f h <= c) ->
    reachable P h -> (length h < K)%nat -> conditional P f h <= c.
  Proof.
    intros L R Len. rewrite <- (conditional_const P c h). apply apply_le. intros i [Hi Pi]. apply L.
    split; [simpl; auto | simpl; lia].
  Qed.

  Lemma process_norm_le {H H' : space} (X : process P K H) (Y : process P K H') :
    (forall h, taken P K h -> norm (X h) <= norm (Y h)) -> norm X <= norm Y.
  Proof.
    intros L. apply (lift_norm_le (average P K) (fun _ => H) (fun _ => H')). intros h T.
    rewrite <- !norm_sq. apply pow_incr. split; [apply norm_nonneg | now apply L].
  Qed.

  (** * Noise *)

  Lemma known_orthogonal {H : space} (n F : process P K H) :
    martingale_difference P K n -> known P K H 1 F -> inner F n = 0.
  Proof.
    intros D [Y E]. rewrite <- (average_predictable_orthogonal P K n (fun h => Y (S (length h)) h) D).
    apply average_taken. intros [|i h] T; [destruct T as [_ T]; simpl in T; lia|]. now rewrite (E _ T).
  Qed.

  (** Orthogonal to whatever is known before the sample is drawn, and of variance at most sigma^2. *)
  (* Claim: noise.orthogonal *)
  Theorem noise_orthogonal {H : space} (n : process P K H) sigma : (0 < K)%nat ->
    martingale_difference P K n ->
    (forall h, reachable P h -> (length h < K)%nat -> conditional P (fun h => inner (n h) (n h)) h <= sigma ^ 2) ->
    (forall F : process P K H, known P K H 1 F -> inner F n = 0) /\ inner n n <= sigma ^ 2.
  Proof. intros K_pos D V. split; [intros F; now apply known_orthogonal | now apply average_conditional]. Qed.

  (* Claim: noise.second_moment *)
  Theorem gradient_and_noise {H : space} (F n : process P K H) sigma :
    martingale_difference P K n -> known P K H 1 F -> inner n n <= sigma ^ 2 ->
    norm (plus F n) <= radius sigma (norm F ^ 2).
  Proof.
    intros D Kn V. apply sqrt_le_1_alt. pose proof (known_orthogonal n F D Kn).
    rewrite inner_plus, !inner_plus_r, (inner_sym n F), norm_sq. lra.
  Qed.

  Lemma noise_at_level {H : space} (F n : process P K H) sigma growth : (0 < K)%nat -> 0 <= growth ->
    (forall h, reachable P h -> (length h < K)%nat ->
      conditional P (fun h => inner (n h) (n h) + - growth * inner (F h) (F h)) h <= sigma ^ 2) ->
    inner n n <= level sigma growth (norm F ^ 2) ^ 2.
  Proof.
    intros K_pos Hg V%average_conditional; [|exact K_pos]. rewrite level_sq by auto using pow2_ge_0.
    rewrite (apply_plus (average P K)), (apply_scal (average P K)) in V. rewrite norm_sq.
    change (inner n n) with (average P K (fun h => inner (n h) (n h))).
    change (inner F F) with (average P K (fun h => inner (F h) (F h))). lra.
  Qed.

  (** * Staleness *)

  Section staleness.
    (* column j of the sensitivity: what stage j did in each step, without and with noise, at most c j and s j *)
    Variable N : nat.
    Variable H : nat -> space.
    Variables X n : forall j, process P K (H j).
    Variable d : nat -> nat.
    Variables c s : nat -> R.
    Variable alpha : R.
    Hypothesis alpha_nonneg : 0 <= alpha.
    Hypothesis X_start : forall j, (j < N)%nat -> inner (X j []) (X j []) = 0.
    Hypothesis X_at_most : forall j, (j < N)%nat -> norm (X j) <= c j.

    Definition coherent_part (S : nat -> R) : R := sum N (fun j => S j * (INR (d j) * c j)).
    Definition martingale_part (S : nat -> R) : R := sum N (fun j => S j * (sqrt (INR (d j)) * s j)).
    Definition row {V : space} (S : nat -> R) (omega : nat -> V) : V := vsum N (fun j => scal (S j) (omega j)).

    Lemma row_at_most {V : space} S (omega : nat -> V) far :
      (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> norm (omega j) <= alpha * far j) ->
      norm (row S omega) <= alpha * sum N (fun j => S j * far j).
    Proof.
      intros S_nonneg L. apply Rle_trans with (1 := norm_vsum _ _). rewrite <- sum_scal. apply sum_le. intros j Hj.
      rewrite norm_scal, Rabs_pos_eq by now apply S_nonneg.
      pose proof (Rmult_le_compat_l _ _ _ (S_nonneg j Hj) (L j Hj)). lra.
    Qed.

    (* row i of the sensitivity: a stage whose staleness is at most pi, the row's sum of how far the stages moved *)
    Lemma under_row {V : space} (b : process P K V) pi S omega :
      (forall h, taken P K h -> norm (b h) <= pi h) ->
      (forall w, inner (pi : process P K real_space) w = inner (row S omega) w) -> norm b <= norm (row S omega).
    Proof.
      intros L E. replace (norm (row S omega)) with (norm (pi : process P K real_space))
        by (unfold norm; f_equal; now rewrite E, inner_sym, E).
      apply process_norm_le. intros h T. apply Rle_trans with (1 := L h T). simpl.
      unfold norm. simpl (inner _ _). rewrite <- (sqrt_Rsqr (pi h)) at 1; [apply Rle_refl|].
      apply Rle_trans with (2 := L h T), norm_nonneg.
    Qed.

    Lemma stages_at_most {T} (E : functional T) (V : T -> space) (b : lift E (fun m => process P K (V m))) far :
      (forall m, support E m -> norm (b m) <= far m) -> norm b <= norm (far : lift E (fun _ => real_space)).
    Proof.
      intros L. apply lift_norm_le. intros m Hm. rewrite <- norm_sq. change (norm (b m) ^ 2 <= far m * far m).
      replace (far m * far m) with (far m ^ 2) by ring.
      apply pow_incr. split; [apply norm_nonneg | now apply L].
    Qed.

    Section whole.
      Let moved j := window P K (d j) (X j).

      (* Claim: stale.whole_partial *)
      Theorem row_le_whole {V : space} S (omega : nat -> V) :
        (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> norm (omega j) <= alpha * norm (moved j)) ->
        norm (row S omega) <= alpha * coherent_part S.
      Proof.
        intros S_nonneg L. apply row_at_most; [exact S_nonneg|]. intros j Hj. apply Rle_trans with (1 := L j Hj).
        apply Rmult_le_compat_l; [exact alpha_nonneg|].
        apply Rle_trans with (1 := window_coherent P K (X j) (d j) (X_start j Hj)).
        apply Rmult_le_compat_l; [apply pos_INR | now apply X_at_most].
      Qed.

      (* Claim: stale.whole_row *)
      Theorem stage_le_whole {V : space} (b : process P K V) pi S omega :
        (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> norm (omega j) <= alpha * norm (moved j)) ->
        (forall h, taken P K h -> norm (b h) <= pi h) ->
        (forall w, inner (pi : process P K real_space) w = inner (row S omega) w) -> norm b <= alpha * coherent_part S.
      Proof. intros Sn L B E. apply Rle_trans with (1 := under_row b pi S omega B E). now apply row_le_whole. Qed.

      (** By Minkowski alone: the whole step pays the factor d. *)
      (* Claim: stale.minkowski *)
      Theorem staleness_whole {T} (E : functional T) (V : T -> space) (b : lift E (fun m => process P K (V m)))
        (pi : T -> process P K real_space) (S : T -> nat -> R) (omega : T -> nat -> process P K real_space) Lambda1 Y :
        (forall m j, support E m -> (j < N)%nat -> 0 <= S m j) ->
        (forall m j, support E m -> (j < N)%nat -> norm (omega m j) <= alpha * norm (moved j)) ->
        (forall m h, support E m -> taken P K h -> norm (b m h) <= pi m h) ->
        (forall m, support E m -> forall w, inner (pi m) w = inner (row (S m) (omega m)) w) ->
        norm ((fun m => coherent_part (S m)) : lift E (fun _ => real_space)) <= Lambda1 * Y ->
        norm b <= alpha * (Lambda1 * Y).
      Proof.
        intros Sn L B R Coherent.
        apply Rle_trans with (1 := stages_at_most E V b (fun m => alpha * coherent_part (S m))
          (fun m Hm => stage_le_whole (b m) (pi m) (S m) (omega m) (fun j => Sn m j Hm) (fun j => L m j Hm)
            (fun h => B m h Hm) (R m Hm))).
        change (norm (scal alpha ((fun m => coherent_part (S m)) : lift E (fun _ => real_space)))
          <= alpha * (Lambda1 * Y)).
        rewrite norm_scal, Rabs_pos_eq by exact alpha_nonneg. now apply Rmult_le_compat_l.
      Qed.
    End whole.

    Hypothesis n_start : forall j, (j < N)%nat -> forall w, inner (n j []) w = 0.
    Hypothesis n_martingale : forall j, (j < N)%nat -> martingale_difference P K (n j).
    Hypothesis n_at_most : forall j, (j < N)%nat -> norm (n j) <= s j.
    Let moved j := plus (window P K (d j) (X j)) (window P K (d j) (n j)).

    (* Claim: stale.partial *)
    Theorem row_le {V : space} S (omega : nat -> V) :
      (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> norm (omega j) <= alpha * norm (moved j)) ->
      norm (row S omega) <= alpha * (coherent_part S + martingale_part S).
    Proof.
      intros S_nonneg L. apply Rle_trans with (alpha * sum N (fun j => S j * (INR (d j) * c j + sqrt (INR (d j)) * s
        j))).
      - apply row_at_most; [exact S_nonneg|]. intros j Hj. apply Rle_trans with (1 := L j Hj).
        apply Rmult_le_compat_l; [exact alpha_nonneg|].
        apply Rle_trans with (1 := window_displacement P K (X j) (n j) (d j) (X_start j Hj) (n_martingale j Hj)
          (n_start j Hj)).
        apply Rplus_le_compat; apply Rmult_le_compat_l; auto using pos_INR, sqrt_pos.
      - apply Req_le. f_equal. unfold coherent_part, martingale_part. rewrite <- sum_plus. apply sum_ext.
        intros. ring.
    Qed.

    (* Claim: stale.row *)
    Theorem stage_le {V : space} (b : process P K V) pi S omega :
      (forall j, (j < N)%nat -> 0 <= S j) -> (forall j, (j < N)%nat -> norm (omega j) <= alpha * norm (moved j)) ->
      (forall h, taken P K h -> norm (b h) <= pi h) ->
      (forall w, inner (pi : process P K real_space) w = inner (row S omega) w) ->
      norm b <= alpha * (coherent_part S + martingale_part S).
    Proof. intros Sn L B E. apply Rle_trans with (1 := under_row b pi S omega B E). now apply row_le. Qed.

    (** The staleness lemma: coherent motion costs the lag, martingale motion its square root. *)
    (* Claim: stale.martingale *)
    Theorem staleness {T} (E : functional T) (V : T -> space) (b : lift E (fun m => process P K (V m)))
      (pi : T -> process P K real_space) (S : T -> nat -> R) (omega : T -> nat -> process P K real_space)
      Lambda1 Y nu :
      (forall m j, support E m -> (j < N)%nat -> 0 <= S m j) ->
      (forall m j, support E m -> (j < N)%nat -> norm (omega m j) <= alpha * norm (moved j)) ->
      (forall m h, support E m -> taken P K h -> norm (b m h) <= pi m h) ->
      (forall m, support E m -> forall w, inner (pi m) w = inner (row (S m) (omega m)) w) ->
      norm ((fun m => coherent_part (S m)) : lift E (fun _ => real_space)) <= Lambda1 * Y ->
      norm ((fun m => martingale_part (S m)) : lift E (fun _ => real_space)) <= nu ->
      norm b <= alpha * (Lambda1 * Y + nu).
    Proof.
      intros Sn L B R Coherent Martingale.
      apply Rle_trans with (1 := stages_at_most E V b (fun m => alpha * (coherent_part (S m) + martingale_part (S m)))
        (fun m Hm => stage_le (b m) (pi m) (S m) (omega m) (fun j => Sn m j Hm) (fun j => L m j Hm)
          (fun h => B m h Hm) (R m Hm))).
      change (norm (scal alpha (plus ((fun m => coherent_part (S m)) : lift E (fun _ => real_space))
        (fun m => martingale_part (S m)))) <= alpha * (Lambda1 * Y + nu)).
      rewrite norm_scal, Rabs_pos_eq by exact alpha_nonneg. apply Rmult_le_compat_l; [exact alpha_nonneg|].
      apply Rle_trans with (1 := minkowski _ _). lra.
    Qed.
  End staleness.

  (** * Drift *)

  Section drift.
    Context {H : space}.
    Variables F n b e : process P K H.
    Variable rho : R.
    Hypothesis rho_nonneg : 0 <= rho.
    Hypothesis n_martingale : martingale_difference P K n.

    (** The error of the direction, lag and device together. *)
    (* Claim: stale.reach *)
    Theorem error_at_most sigma B :
      known P K H 1 F -> inner n n <= sigma ^ 2 -> norm b <= B ->
      (forall h, taken P K h -> norm (e h) <= rho * norm (plus (plus (F h) (n h)) (b h))) ->
      norm (plus b e) <= rho * radius sigma (norm F ^ 2) + (1 + rho) * B.
    Proof.
      intros Kn V Hb drift. pose proof (gradient_and_noise F n sigma n_martingale Kn V) as G.
      assert (E : norm e <= rho * norm (plus (plus F n) b)).
      { rewrite <- (Rabs_pos_eq rho rho_nonneg), <- norm_scal. apply process_norm_le. intros h T.
        change (norm (e h) <= norm (scal rho (plus (plus (F h) (n h)) (b h)))).
        rewrite norm_scal, Rabs_pos_eq by exact rho_nonneg. now apply drift. }
      pose proof (minkowski (plus F n) b). pose proof (minkowski b e).
      assert (rho * norm (plus (plus F n) b) <= rho * (radius sigma (norm F ^ 2) + B))
        by (apply Rmult_le_compat_l; lra). lra.
    Qed.

    (** With the saturation met along the run: wF, wn and wb are F, n and b weighed by it, D bounds the noise's energy
        after that. *)
    Theorem drift_distorted (wF wn wb : process P K H) D :
      known P K H 1 wF -> martingale_difference P K wn -> inner wn wn <= D ->
      norm wF <= rho * norm F -> norm wb <= rho * norm b ->
      (forall h, taken P K h -> norm (e h) <= norm (plus (plus (wF h) (wn h)) (wb h))) ->
      norm e <= sqrt (rho ^ 2 * norm F ^ 2 + D) + rho * norm b.
    Proof.
      intros Kn Dn V LF Lb drift. pose proof (known_orthogonal wn wF Dn Kn) as O.
      assert (norm e <= norm (plus (plus wF wn) wb)) by (now apply process_norm_le).
      assert (norm (plus wF wn) <= sqrt (rho ^ 2 * norm F ^ 2 + D)).
      { apply sqrt_le_1_alt. rewrite inner_plus, !inner_plus_r, (inner_sym wn wF), <- (norm_sq wF).
        pose proof (pow_incr _ _ 2 (conj (norm_nonneg wF) LF)) as Q. rewrite Rpow_mult_distr in Q. lra. }
      pose proof (minkowski (plus wF wn) wb). lra.
    Qed.

    (* Claim: adaptive.reach *)
    Theorem error_distorted (wF wn wb : process P K H) D B :
      known P K H 1 wF -> martingale_difference P K wn -> inner wn wn <= D ->
      norm wF <= rho * norm F -> norm wb <= rho * norm b ->
      (forall h, taken P K h -> norm (e h) <= norm (plus (plus (wF h) (wn h)) (wb h))) -> norm b <= B ->
      norm (plus b e) <= sqrt (rho ^ 2 * norm F ^ 2 + D) + (1 + rho) * B.
    Proof.
      intros Kn Dn V LF Lb drift Hb. pose proof (drift_distorted wF wn wb D Kn Dn V LF Lb drift).
      pose proof (minkowski b e). pose proof (Rmult_le_compat_l rho _ _ rho_nonneg Hb). lra.
    Qed.
  End drift.

  (** * Descent *)

  Variable value : history -> R.
  Variable lower : R.
  Hypothesis K_pos : (0 < K)%nat.
  Hypothesis bounded_below : lower <= mean P K value.

  (* Claim: sum.telescope *)
  Theorem values_telescope :
    average P K (fun h => value (tl h)) - average P K value <= (value [] - lower) / INR K.
  Proof.
    assert (KP : 0 < INR K) by (apply lt_0_INR, K_pos). rewrite average_before.
    change (average P K value) with (/ INR K * sum K (fun k => mean P (S k) value)).
    pose proof (sum_telescope K (fun k => mean P k value)) as T.
    rewrite (sum_ext _ _ (fun k => mean P (S k) value + (-1) * mean P k value)) in T by (intros; ring).
    rewrite sum_plus, sum_scal in T. change (mean P 0 value) with (value []) in T.
    apply Rmult_le_reg_l with (INR K); [exact KP|].
    replace (INR K * ((value [] - lower) / INR K)) with (value [] - lower) by (field; lra).
    rewrite Rmult_minus_distr_l, <- !Rmult_assoc, Rinv_r by lra. lra.
  Qed.

  Section descent.
    Context {H : space}.
    Variables F v n : process P K H.
    Variables alpha L : R.
    Hypothesis alpha_pos : 0 < alpha.
    Hypothesis orthogonal : inner F n = 0.
    Let p := (value [] - lower) / (alpha * INR K).

    (** Sum a descent inequality along the run; [curve h] measures the second-order term of the step that led to h. *)
    Theorem telescoped (curve : history -> R) :
      (forall h, taken P K h ->
        value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h)) + curve h) ->
      inner F v <= p + / alpha * average P K curve.
    Proof.
      intros descent. pose proof values_telescope as T. assert (KP : 0 < INR K) by (apply lt_0_INR, K_pos).
      assert (D : average P K value
        <= average P K (fun h => value (tl h)) + (- alpha) * (inner F v + inner F n) + average P K curve).
      { change (inner F v) with (average P K (fun h => inner (F h) (v h))).
        change (inner F n) with (average P K (fun h => inner (F h) (n h))).
        rewrite <- (apply_plus (average P K)), <- (apply_scal (average P K)),
          <- !(apply_plus (average P K)).
        apply apply_le. intros h Th. pose proof (descent h Th). lra. }
      rewrite orthogonal in D. apply Rmult_le_reg_l with alpha; [exact alpha_pos|].
      replace (alpha * (p + / alpha * average P K curve)) with ((value [] - lower) / INR K + average P K curve)
        by (unfold p; field; lra). lra.
    Qed.

    (* Claim: master.telescope *)
    Theorem telescope :
      (forall h, taken P K h -> value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
        + L / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2)) ->
      inner F v <= p + alpha * L / 2 * norm (plus v n) ^ 2.
    Proof.
      intros smooth. apply Rle_trans with (1 := telescoped _ smooth), Req_le. f_equal.
      rewrite (apply_scal (average P K)), (apply_scal (average P K)), norm_sq.
      rewrite (apply_ext (average P K) _ (fun h => inner (plus (v h) (n h)) (plus (v h) (n h))))
        by (intros; apply norm_sq).
      change (average P K (fun h => inner (plus (v h) (n h)) (plus (v h) (n h)))) with (inner (plus v n) (plus v n)).
      field. lra.
    Qed.
  End descent.

  (** * Theorem 1 *)

  Section master.
    Context {H : space}.
    Variables F n b e u : process P K H.
    Let v := plus F (plus b e).
    Variables alpha L rho Lambda1 nu : R.
    Hypothesis alpha_pos : 0 < alpha.
    Hypothesis L_nonneg : 0 <= L.
    Hypothesis rho_nonneg : 0 <= rho.
    Hypothesis n_martingale : martingale_difference P K n.
    Hypothesis u_direction : direction F u.
    Hypothesis u_known : known P K H 1 u.
    Hypothesis F_known : known P K H 1 F.
    Hypothesis stale_at_most : norm b <= alpha * (Lambda1 * norm v + nu).
    Hypothesis smooth : forall h, taken P K h ->
      value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
        + L / 2 * (alpha ^ 2 * norm (plus (v h) (n h)) ^ 2).
    Let A := norm F ^ 2.
    Let p := (value [] - lower) / (alpha * INR K).
    Let q := (1 + rho) * alpha * Lambda1.
    Let qn := (1 + rho) * alpha * nu.

    Hypothesis drift : forall h, taken P K h -> norm (e h) <= rho * norm (plus (plus (F h) (n h)) (b h)).

    (** Theorem 1 for a run: the point (|v|, the component of v along F) is feasible. *)
    (* Claim: master.sharp *)
    Theorem run_sharp sigma :
      0 <= sigma -> inner n n <= sigma ^ 2 ->
      feasible p (alpha * L) sigma rho q qn A (norm v) (inner u v).
    Proof.
      intros Hs V. apply (sharp_at F (plus b e) n); auto.
      - apply Rmult_le_pos; lra.
      - pose proof (error_at_most F n b e rho rho_nonneg n_martingale sigma _ F_known V stale_at_most drift).
        unfold eta, q, qn, A. change (norm (plus F (plus b e))) with (norm v). lra.
      - now apply known_orthogonal.
      - now apply norm_le.
      - apply telescope; auto. now apply known_orthogonal.
    Qed.

    (** The same for noise that grows with the gradient, at its level. *)
    (* Claim: growing.sharp *)
    Theorem run_sharp_growing sigma growth : 0 <= growth ->
      (forall h, reachable P h -> (length h < K)%nat ->
        conditional P (fun h => inner (n h) (n h) + - growth * inner (F h) (F h)) h <= sigma ^ 2) ->
      feasible p (alpha * L) (level sigma growth A) rho q qn A (norm v) (inner u v).
    Proof.
      intros Hg V. apply run_sharp; [apply sqrt_pos|]. now apply noise_at_level.
    Qed.
  End master.

  (** The noise-resolved form of (ii), in any curvature. *)
  (* Claim: master.resolved *)
  Theorem run_resolved {H C : space} (F v n u : process P K H) (Mu Mv Mn : process P K C) alpha L Ln sigma :
    0 < alpha -> 0 <= L -> 0 <= Ln -> 0 <= sigma ->
    martingale_difference P K n -> known P K H 1 F -> direction F u ->
    martingale_difference P K Mn -> known P K C 1 Mu ->
    inner Mn Mn <= Ln * sigma ^ 2 -> inner Mv Mv <= L * inner v v ->
    inner (plus Mv (scal (- inner u v) Mu)) (plus Mv (scal (- inner u v) Mu)) <= L * inner (rest u v) (rest u v) ->
    (forall h, taken P K h -> value h <= value (tl h) - alpha * (inner (F h) (v h) + inner (F h) (n h))
      + / 2 * alpha ^ 2 * inner (plus (Mv h) (Mn h)) (plus (Mv h) (Mn h))) ->
    inner u v * norm F <= (value [] - lower) / (alpha * INR K) + alpha * L / 2 * norm v ^ 2
      + alpha * Ln / 2 * sigma ^ 2 + sqrt (alpha * L * (alpha * Ln)) * sigma * sqrt (norm v ^ 2 - inner u v ^ 2).
  Proof.
    intros Ha HL Hn Hs Dn KF Hu DM KM Noise Short Across descent.
    apply (resolved_descent F _ sigma Hs Mu Mv Mn alpha L Ln Ha HL Hn u v Hu); try assumption;
      [now apply known_orthogonal|].
    apply Rle_trans with (1 := telescoped F v n alpha Ha (known_orthogonal n F Dn KF) _ descent), Req_le.
    f_equal. rewrite (apply_scal (average P K)), norm_sq.
    change (average P K (fun h => inner (plus (Mv h) (Mn h)) (plus (Mv h) (Mn h)))) with (inner (plus Mv Mn) (plus Mv
      Mn)).
    field. lra.
  Qed.
End sequences.
