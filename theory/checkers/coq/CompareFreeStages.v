(** As CompareFreeRun.v, for rows of the sensitivity and for all stages together. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Rules Sequences Master.
From Analog Require Import Compare CompareStale CompareRuns.
From Analog Require Import FrozenRules FreeSequences CompareFree CompareFreeRun.
Local Open Scope R_scope.

Lemma moved_by {H H' : space} (o : H) (u : H') alpha : 0 <= alpha -> inner o o <= inner u u * alpha ^ 2 ->
  norm o <= alpha * norm u.
Proof.
  intros Ha L. apply norm_le; [apply Rmult_le_pos; [exact Ha | apply norm_nonneg]|].
  rewrite Rpow_mult_distr, norm_sq. lra.
Qed.

Lemma lift_seen {T} (E : functional T) (H : T -> space) (b b' : lift E H) :
  (forall m, support E m -> forall y, inner (b m) y = inner (b' m) y) -> norm b = norm b'.
Proof.
  intros S. apply lift_norm_ext. intros m Hm. rewrite (S m Hm), inner_sym, (S m Hm). reflexivity.
Qed.

Lemma at_root {H : space} (u v : H) beta : (forall y, inner u y = inner v y) -> 0 <= beta -> beta ^ 2 = inner u u ->
  norm v = beta.
Proof. intros S P E. rewrite <- (norm_seen _ _ S). now apply root_is. Qed.

(** free.parts_partial *)
Lemma compare_free_parts_partial (Smp : sampler) (Len : nat) (TS : Type) (Stg : functional TS) {H81 : space} {H71 :
  space} {H65 : space} {H75 : space} (S_mj : nat -> TS -> R) (alpha : R) (c_m : nat -> R) (chi : nat -> TS -> R)
  (gamma : nat -> TS -> R) (s_m : nat -> R) (sqrt_d : nat -> nat -> R) (P_n : nat -> TS -> H81) (P_v : nat -> TS ->
  H71) (U : nat -> nat -> process Smp Len H65) (W : nat -> nat -> process Smp Len H75) (n_m : nat -> process Smp Len
  H75) (omega_n : nat -> H81) (omega_v : nat -> H71) (v_m : nat -> process Smp Len H65) (w : nat -> nat -> process Smp
  Len H65) (z : nat -> nat -> process Smp Len H75) (d_m : nat -> nat) :
  ((0 < Len)%nat) ->
  (forall k : nat, differences Smp Len _ (n_m k)) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w k j h) = delayed Smp Len _ (k + 1)%nat
    (v_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z k j h) = delayed Smp Len _ (k + 1)%nat
    (n_m j) h) ->
  (forall k : nat, forall y : process Smp Len H65, inner (U 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H65, inner (U (S k) j) y = ((inner (U k j) y) + (inner
    (w k j) y))) ->
  (forall k : nat, forall y : process Smp Len H75, inner (W 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H75, inner (W (S k) j) y = ((inner (W k j) y) + (inner
    (z k j) y))) ->
  (forall m : TS, support Stg m -> (gamma 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma (S k) m) = ((gamma k m) + ((S_mj k m) * (c_m k) * (INR (d_m
    k))))) ->
  (forall m : TS, support Stg m -> (chi 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi (S k) m) = ((chi k m) + ((S_mj k m) * (s_m k) * (sqrt_d (d_m
    k) k)))) ->
  (forall m : TS, support Stg m -> forall y : H71, inner (P_v 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : H71, inner (P_v (S k) m) y = ((inner (P_v k m) y) +
    ((S_mj k m) * (inner (omega_v k) y)))) ->
  (forall m : TS, support Stg m -> forall y : H81, inner (P_n 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : H81, inner (P_n (S k) m) y = ((inner (P_n k m) y) +
    ((S_mj k m) * (inner (omega_n k) y)))) ->
  (forall k : nat, 0 <= (sqrt_d (d_m k) k)) ->
  (forall k : nat, ((sqrt_d (d_m k) k) ^ 2) = (INR (d_m k))) ->
  (forall k : nat, 0 <= (c_m k)) ->
  (forall k : nat, 0 <= (s_m k)) ->
  (forall k : nat, (inner (v_m k) (v_m k)) <= ((c_m k) ^ 2)) ->
  (forall k : nat, (inner (n_m k) (n_m k)) <= ((s_m k) ^ 2)) ->
  (0 < alpha) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (S_mj k m)) ->
  (forall k : nat, (inner (omega_v k) (omega_v k)) <= ((inner (U (d_m k) k) (U (d_m k) k)) * (alpha ^ 2))) ->
  (forall k : nat, (inner (omega_n k) (omega_n k)) <= ((inner (W (d_m k) k) (W (d_m k) k)) * (alpha ^ 2))) ->
  (forall k : nat, forall m : TS, support Stg m -> (inner (P_v k m) (P_v k m)) <= ((alpha ^ 2) * ((gamma k m) ^ 2)))
    /\ (forall j : nat, forall m : TS, support Stg m -> (inner (P_n j m) (P_n j m)) <= ((alpha ^ 2) * ((chi j m) ^
    2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25.
  assert (Both : forall N m, support Stg m ->
    norm (P_v N m) <= alpha * gamma N m /\ norm (P_n N m) <= alpha * chi N m).
  { intros N m Hm.
    rewrite (norm_seen _ _ (sum_seen (fun i => P_v i m) omega_v (fun j => S_mj j m) N (P12 m Hm)
      (fun i => P13 i m Hm))).
    rewrite (norm_seen _ _ (sum_seen (fun i => P_n i m) omega_n (fun j => S_mj j m) N (P14 m Hm)
      (fun i => P15 i m Hm))).
    replace (gamma N m) with (coherent_part N d_m c_m (fun j => S_mj j m)).
    2:{ rewrite (sum_is (fun i => gamma i m) _ N (P8 m Hm) (fun j => P9 j m Hm)). apply sum_ext. intros. ring. }
    replace (chi N m) with (martingale_part N d_m s_m (fun j => S_mj j m)).
    2:{ rewrite (sum_is (fun i => chi i m) _ N (P10 m Hm) (fun j => P11 j m Hm)). apply sum_ext. intros j _.
        rewrite (root_is _ _ (P16 j) (P17 j)). ring. }
    apply (parts_rows Smp Len (fun j => begun (v_m j)) (fun j => begun (n_m j)) N); auto;
      try (intros; lra); intros j Hj.
    - apply begun_zero.
    - intros. apply begun_zero.
    - now apply begun_differences.
    - rewrite begun_norm. now apply norm_le.
    - rewrite begun_norm. now apply norm_le.
    - rewrite <- (norm_seen _ _ (window_seen (v_m j) (fun k => w k j) (fun k => U k j) (fun k => P2 k j) (P4 j)
        (fun k => P5 k j) (d_m j))). apply moved_by; [lra | apply P24].
    - rewrite <- (norm_seen _ _ (window_seen (n_m j) (fun k => z k j) (fun k => W k j) (fun k => P3 k j) (P6 j)
        (fun k => P7 k j) (d_m j))). apply moved_by; [lra | apply P25]. }
  split; intros N m Hm; apply square; now apply Both.
Qed.

(** free.parts *)
Lemma compare_free_parts (Smp : sampler) (Len : nat) (TS : Type) (Stg : functional TS) {H145 : space} {H147 : space}
  {H139 : space} {H117 : space} (Lambda1 : R) (S_mj : nat -> TS -> R) (Y : R) (alpha : R) (beta_n : TS -> history ->
  R) (beta_v : TS -> history -> R) (c_m : nat -> R) (chi : nat -> TS -> R) (gamma : nat -> TS -> R) (nu : R) (pi_n :
  nat -> TS -> history -> R) (pi_v : nat -> TS -> history -> R) (s_m : nat -> R) (sqrt_d : nat -> nat -> R) (P_n : nat
  -> TS -> process Smp Len real_space) (P_v : nat -> TS -> process Smp Len real_space) (Sdv : nat -> lift Stg (fun _
  => real_space)) (Shn : nat -> lift Stg (fun _ => real_space)) (U : nat -> nat -> process Smp Len H145) (W : nat ->
  nat -> process Smp Len H147) (b_n : lift Stg (fun _ => (process Smp Len H139))) (b_v : lift Stg (fun _ => (process
  Smp Len H117))) (bn_m : TS -> process Smp Len H139) (bn_mk : TS -> history -> H139) (bv_m : TS -> process Smp Len
  H117) (bv_mk : TS -> history -> H117) (n_m : nat -> process Smp Len H147) (omega_n : nat -> process Smp Len
  real_space) (omega_v : nat -> process Smp Len real_space) (v_m : nat -> process Smp Len H145) (w : nat -> nat ->
  process Smp Len H145) (z : nat -> nat -> process Smp Len H147) (d_m : nat -> nat) (i : nat) :
  ((0 < Len)%nat) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall y : H117, inner (bv_mk m h) y =
    ((inner (bv_m m h) y))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len H117, inner (bv_m m) y = ((inner (b_v m) y))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_v k m h) = (((P_v k m h)
    : R))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall y : H139, inner (bn_mk m h) y =
    ((inner (bn_m m h) y))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len H139, inner (bn_m m) y = ((inner (b_n m) y))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_n k m h) = (((P_n k m h)
    : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma k m) = (((Sdv k m) : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi k m) = (((Shn k m) : R))) ->
  (forall k : nat, differences Smp Len _ (n_m k)) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w k j h) = delayed Smp Len _ (k + 1)%nat
    (v_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z k j h) = delayed Smp Len _ (k + 1)%nat
    (n_m j) h) ->
  (forall k : nat, forall y : process Smp Len H145, inner (U 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H145, inner (U (S k) j) y = ((inner (U k j) y) + (inner
    (w k j) y))) ->
  (forall k : nat, forall y : process Smp Len H147, inner (W 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H147, inner (W (S k) j) y = ((inner (W k j) y) + (inner
    (z k j) y))) ->
  (forall m : TS, support Stg m -> (gamma 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma (S k) m) = ((gamma k m) + ((S_mj k m) * (c_m k) * (INR (d_m
    k))))) ->
  (forall m : TS, support Stg m -> (chi 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi (S k) m) = ((chi k m) + ((S_mj k m) * (s_m k) * (sqrt_d (d_m
    k) k)))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_v 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_v (S k) m) y =
    ((inner (P_v k m) y) + ((S_mj k m) * (inner (omega_v k) y)))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_n 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_n (S k) m) y =
    ((inner (P_n k m) y) + ((S_mj k m) * (inner (omega_n k) y)))) ->
  (forall k : nat, 0 <= (sqrt_d (d_m k) k)) ->
  (forall k : nat, ((sqrt_d (d_m k) k) ^ 2) = (INR (d_m k))) ->
  (forall k : nat, 0 <= (c_m k)) ->
  (forall k : nat, 0 <= (s_m k)) ->
  (forall k : nat, (inner (v_m k) (v_m k)) <= ((c_m k) ^ 2)) ->
  (forall k : nat, (inner (n_m k) (n_m k)) <= ((s_m k) ^ 2)) ->
  (0 < alpha) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (S_mj k m)) ->
  (forall k : nat, (inner (omega_v k) (omega_v k)) <= ((inner (U (d_m k) k) (U (d_m k) k)) * (alpha ^ 2))) ->
  (forall k : nat, (inner (omega_n k) (omega_n k)) <= ((inner (W (d_m k) k) (W (d_m k) k)) * (alpha ^ 2))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_v m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_v m h) ^ 2) = (inner (bv_mk m h)
    (bv_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_v m h) <= (pi_v i m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_n m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_n m h) ^ 2) = (inner (bn_mk m h)
    (bn_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_n m h) <= (pi_n i m h)) ->
  (0 <= Y) ->
  (0 <= Lambda1) ->
  (0 <= nu) ->
  ((inner (Sdv i) (Sdv i)) <= ((Lambda1 ^ 2) * (Y ^ 2))) ->
  ((inner (Shn i) (Shn i)) <= (nu ^ 2)) ->
  ((inner b_v b_v) <= ((Lambda1 ^ 2) * (Y ^ 2) * (alpha ^ 2))) /\ ((inner b_n b_n) <= ((alpha ^ 2) * (nu ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28
    P29 P30 P31 P32 P33 P34 P35 P36 P37 P38 P39 P40 P41 P42 P43 P44.
  destruct (compare_free_parts_partial Smp Len TS Stg S_mj alpha c_m chi gamma s_m sqrt_d P_n P_v U W n_m omega_n
    omega_v v_m w z d_m) as [Rv Rn]; try assumption.
  assert (Root : forall {H : space} (u : H) c, 0 <= c -> inner u u <= alpha ^ 2 * c ^ 2 -> norm u <= alpha * c).
  { intros H u c Hc L. apply norm_le; [apply Rmult_le_pos; lra|]. now rewrite Rpow_mult_distr. }
  assert (G0 : forall k m, support Stg m -> 0 <= gamma k m).
  { intros k m Hm. rewrite (sum_is (fun i => gamma i m) _ k (P16 m Hm) (fun j => P17 j m Hm)). apply sum_nonneg.
    intros. repeat apply Rmult_le_pos; auto using pos_INR. }
  assert (C0 : forall k m, support Stg m -> 0 <= chi k m).
  { intros k m Hm. rewrite (sum_is (fun i => chi i m) _ k (P18 m Hm) (fun j => P19 j m Hm)). apply sum_nonneg.
    intros. repeat apply Rmult_le_pos; auto. }
  destruct (parts_stages Smp Len Stg bv_m bn_m (P_v i) (P_n i) (Sdv i) (Shn i) alpha Lambda1 Y nu) as [V N].
  - lra.
  - intros m h Hm T. rewrite (at_root _ _ _ (P1 m Hm h T) (P34 m Hm h T) (P35 m Hm h T)).
    rewrite <- (P3 i m Hm h T). now apply P36.
  - intros m h Hm T. rewrite (at_root _ _ _ (P4 m Hm h T) (P37 m Hm h T) (P38 m Hm h T)).
    rewrite <- (P6 i m Hm h T). now apply P39.
  - intros m Hm. rewrite <- (P7 i m Hm). apply Root; auto.
  - intros m Hm. rewrite <- (P8 i m Hm). apply Root; auto.
  - apply norm_le; [now apply Rmult_le_pos | now rewrite Rpow_mult_distr].
  - now apply norm_le.
  - rewrite (lift_seen Stg _ bv_m b_v P2) in V. rewrite (lift_seen Stg _ bn_m b_n P5) in N.
    apply square in V. apply square in N. rewrite Rpow_mult_distr in V. split; [lra | exact N].
Qed.

(** free.joint_partial *)
Lemma compare_free_joint_partial (Smp : sampler) (Len : nat) (TS : Type) (Stg : functional TS) {H188 : space} {H159 :
  space} {H155 : space} (S_mj : nat -> TS -> R) (T_mj : nat -> TS -> R) (alpha : R) (c_m : nat -> R) (chi_l : nat ->
  TS -> R) (gamma_l : nat -> TS -> R) (s_m : nat -> R) (sqrt_D : nat -> R) (P_f : nat -> TS -> H188) (P_t : nat -> TS
  -> H188) (U_b : nat -> nat -> process Smp Len H159) (U_f : nat -> nat -> process Smp Len H155) (W_b : nat -> nat ->
  process Smp Len H159) (W_f : nat -> nat -> process Smp Len H155) (n_f : nat -> nat -> process Smp Len H155) (n_m :
  nat -> process Smp Len H159) (omega_b : nat -> H188) (omega_f : nat -> H188) (v_f : nat -> nat -> process Smp Len
  H155) (v_m : nat -> process Smp Len H159) (w_b : nat -> nat -> process Smp Len H159) (w_f : nat -> nat -> process
  Smp Len H155) (z_b : nat -> nat -> process Smp Len H159) (z_f : nat -> nat -> process Smp Len H155) (D : nat) :
  ((0 < Len)%nat) ->
  (forall k : nat, differences Smp Len _ (n_m k)) ->
  (forall k : nat, forall j : nat, differences Smp Len _ (n_f k j)) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w_b k j h) = delayed Smp Len _ (k + 1)%nat
    (v_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z_b k j h) = delayed Smp Len _ (k + 1)%nat
    (n_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w_f k j h) = delayed Smp Len _ (k + 1)%nat
    (v_f k j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z_f k j h) = delayed Smp Len _ (k + 1)%nat
    (n_f k j) h) ->
  (forall k : nat, forall y : process Smp Len H159, inner (U_b 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H159, inner (U_b (S k) j) y = ((inner (U_b k j) y) +
    (inner (w_b k j) y))) ->
  (forall k : nat, forall y : process Smp Len H159, inner (W_b 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H159, inner (W_b (S k) j) y = ((inner (W_b k j) y) +
    (inner (z_b k j) y))) ->
  (forall k : nat, forall y : process Smp Len H155, inner (U_f 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H155, inner (U_f (S k) j) y = ((inner (U_f k j) y) +
    (inner (w_f k j) y))) ->
  (forall k : nat, forall y : process Smp Len H155, inner (W_f 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H155, inner (W_f (S k) j) y = ((inner (W_f k j) y) +
    (inner (z_f k j) y))) ->
  (forall m : TS, support Stg m -> (gamma_l 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma_l (S k) m) = ((gamma_l k m) + ((c_m k) * ((S_mj k m) + (T_mj
    k m))))) ->
  (forall m : TS, support Stg m -> (chi_l 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi_l (S k) m) = ((chi_l k m) + ((s_m k) * ((S_mj k m) + (T_mj k
    m))))) ->
  (forall m : TS, support Stg m -> forall y : H188, inner (P_t 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : H188, inner (P_t (S k) m) y = ((inner (P_t k m) y) +
    ((T_mj k m) * (inner (omega_b k) y)) + ((S_mj k m) * (inner (omega_f k) y)))) ->
  (forall m : TS, support Stg m -> forall y : H188, inner (P_f 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : H188, inner (P_f (S k) m) y = ((inner (P_f k m) y) +
    (((S_mj k m) + (T_mj k m)) * (inner (omega_b k) y)))) ->
  (forall k : nat, forall j : nat, (inner (v_f k j) (v_f k j)) <= (inner (v_m j) (v_m j))) ->
  (forall k : nat, forall j : nat, (inner (n_f k j) (n_f k j)) <= (inner (n_m j) (n_m j))) ->
  (0 <= (sqrt_D D)) ->
  (((sqrt_D D) ^ 2) = (INR D)) ->
  (forall k : nat, 0 <= (c_m k)) ->
  (forall k : nat, (inner (v_m k) (v_m k)) <= ((c_m k) ^ 2)) ->
  (forall k : nat, 0 <= (s_m k)) ->
  (forall k : nat, (inner (n_m k) (n_m k)) <= ((s_m k) ^ 2)) ->
  (0 < alpha) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (S_mj k m)) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (T_mj k m)) ->
  (forall k : nat, (inner (omega_f k) (omega_f k)) <= ((alpha ^ 2) * ((inner (U_f D k) (U_f D k)) + (inner (W_f D k)
    (W_f D k)) + (2 * (inner (U_f D k) (W_f D k)))))) ->
  (forall k : nat, (inner (omega_b k) (omega_b k)) <= ((alpha ^ 2) * ((inner (U_b D k) (U_b D k)) + (inner (W_b D k)
    (W_b D k)) + (2 * (inner (U_b D k) (W_b D k)))))) ->
  (forall k : nat, forall m : TS, support Stg m -> (inner (P_t k m) (P_t k m)) <= ((alpha ^ 2) * ((((INR D) * (gamma_l
    k m)) + ((chi_l k m) * (sqrt_D D))) ^ 2))) /\ (forall j : nat, forall m : TS, support Stg m -> (inner (P_f j m)
    (P_f j m)) <= ((alpha ^ 2) * ((((INR D) * (gamma_l j m)) + ((chi_l j m) * (sqrt_D D))) ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28
    P29 P30 P31 P32 P33 P34 P35.
  assert (Far : forall j, 0 <= INR D * c_m j + s_m j * sqrt_D D).
  { intros j. apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto using pos_INR. }
  assert (Moved : forall j, norm (omega_f j) <= alpha * (INR D * c_m j + s_m j * sqrt_D D) /\
    norm (omega_b j) <= alpha * (INR D * c_m j + s_m j * sqrt_D D)).
  { intros j. destruct (compare_free_moved Smp Len (c_m j) (s_m j) sqrt_D (fun k => U_b k j) (fun k => U_f k j)
      (fun k => W_b k j) (fun k => W_f k j) (fun k => n_f k j) (n_m j) (fun k => v_f k j) (v_m j) (fun k => w_b k j)
      (fun k => w_f k j) (fun k => z_b k j) (fun k => z_f k j) D) as [B F]; auto.
    split; (apply norm_le; [apply Rmult_le_pos; [lra | apply Far]|]; rewrite Rpow_mult_distr).
    - apply Rle_trans with (1 := P34 j). apply Rmult_le_compat_l; [apply pow2_ge_0 | exact F].
    - apply Rle_trans with (1 := P35 j). apply Rmult_le_compat_l; [apply pow2_ge_0 | exact B]. }
  assert (Both : forall N m, support Stg m ->
    norm (P_t N m) <= alpha * (INR D * gamma_l N m + chi_l N m * sqrt_D D) /\
    norm (P_f N m) <= alpha * (INR D * gamma_l N m + chi_l N m * sqrt_D D)).
  { intros N m Hm.
    rewrite (norm_seen _ (vsum N (fun j => plus (scal (T_mj j m) (omega_b j)) (scal (S_mj j m) (omega_f j))))).
    2:{ clear - P19 P20 Hm. induction N as [|N IH]; intros y; [rewrite (P19 m Hm); symmetry; apply inner_zero|].
        rewrite (P20 N m Hm), IH. simpl vsum. by_terms. ring. }
    rewrite (norm_seen _ _ (sum_seen (fun i => P_f i m) omega_b (fun j => S_mj j m + T_mj j m) N (P21 m Hm)
      (fun i => P22 i m Hm))).
    replace (INR D * gamma_l N m + chi_l N m * sqrt_D D)
      with (sum N (fun j => (S_mj j m + T_mj j m) * (INR D * c_m j + s_m j * sqrt_D D))).
    2:{ rewrite (sum_is (fun i => gamma_l i m) _ N (P15 m Hm) (fun j => P16 j m Hm)).
        rewrite (sum_is (fun i => chi_l i m) _ N (P17 m Hm) (fun j => P18 j m Hm)), (Rmult_comm _ (sqrt_D D)).
        rewrite <- !sum_scal, <- sum_plus. apply sum_ext. intros. ring. }
    apply (joint_rows N (fun j => S_mj j m) (fun j => T_mj j m)); auto; intros j _; now apply Moved. }
  split; intros N m Hm; apply square; now apply Both.
Qed.

(** free.joint *)
Lemma compare_free_joint (Smp : sampler) (Len : nat) (TS : Type) (Stg : functional TS) {H221 : space} {H217 : space}
  {H215 : space} {H181 : space} (S_mj : nat -> TS -> R) (T_mj : nat -> TS -> R) (Y : R) (alpha : R) (beta_f : TS ->
  history -> R) (beta_t : TS -> history -> R) (c_m : nat -> R) (chi_l : nat -> TS -> R) (ell : R) (gamma_l : nat -> TS
  -> R) (pi_f : nat -> TS -> history -> R) (pi_t : nat -> TS -> history -> R) (s_m : nat -> R) (sigma : R) (sqrt_D :
  nat -> R) (P_f : nat -> TS -> process Smp Len real_space) (P_t : nat -> TS -> process Smp Len real_space) (STn : nat
  -> lift Stg (fun _ => real_space)) (STv : nat -> lift Stg (fun _ => real_space)) (U_b : nat -> nat -> process Smp
  Len H221) (U_f : nat -> nat -> process Smp Len H217) (W_b : nat -> nat -> process Smp Len H221) (W_f : nat -> nat ->
  process Smp Len H217) (ch_f : lift Stg (fun _ => (process Smp Len H215))) (ch_t : lift Stg (fun _ => (process Smp
  Len H181))) (chf_m : TS -> process Smp Len H215) (chf_mk : TS -> history -> H215) (cht_m : TS -> process Smp Len
  H181) (cht_mk : TS -> history -> H181) (n_f : nat -> nat -> process Smp Len H217) (n_m : nat -> process Smp Len
  H221) (omega_b : nat -> process Smp Len real_space) (omega_f : nat -> process Smp Len real_space) (v_f : nat -> nat
  -> process Smp Len H217) (v_m : nat -> process Smp Len H221) (w_b : nat -> nat -> process Smp Len H221) (w_f : nat
  -> nat -> process Smp Len H217) (z_b : nat -> nat -> process Smp Len H221) (z_f : nat -> nat -> process Smp Len
  H217) (D : nat) (i : nat) :
  ((0 < Len)%nat) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall y : H181, inner (cht_mk m h) y =
    ((inner (cht_m m h) y))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len H181, inner (cht_m m) y = ((inner (ch_t m) y))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_t k m h) = (((P_t k m h)
    : R))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall y : H215, inner (chf_mk m h) y =
    ((inner (chf_m m h) y))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len H215, inner (chf_m m) y = ((inner (ch_f m) y))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_f k m h) = (((P_f k m h)
    : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma_l k m) = (((STv k m) : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi_l k m) = (((STn k m) : R))) ->
  (forall k : nat, differences Smp Len _ (n_m k)) ->
  (forall k : nat, forall j : nat, differences Smp Len _ (n_f k j)) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w_b k j h) = delayed Smp Len _ (k + 1)%nat
    (v_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z_b k j h) = delayed Smp Len _ (k + 1)%nat
    (n_m j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (w_f k j h) = delayed Smp Len _ (k + 1)%nat
    (v_f k j) h) ->
  (forall k : nat, forall j : nat, forall h : history, taken Smp Len h -> (z_f k j h) = delayed Smp Len _ (k + 1)%nat
    (n_f k j) h) ->
  (forall k : nat, forall y : process Smp Len H221, inner (U_b 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H221, inner (U_b (S k) j) y = ((inner (U_b k j) y) +
    (inner (w_b k j) y))) ->
  (forall k : nat, forall y : process Smp Len H221, inner (W_b 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H221, inner (W_b (S k) j) y = ((inner (W_b k j) y) +
    (inner (z_b k j) y))) ->
  (forall k : nat, forall y : process Smp Len H217, inner (U_f 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H217, inner (U_f (S k) j) y = ((inner (U_f k j) y) +
    (inner (w_f k j) y))) ->
  (forall k : nat, forall y : process Smp Len H217, inner (W_f 0%nat k) y = 0) ->
  (forall k : nat, forall j : nat, forall y : process Smp Len H217, inner (W_f (S k) j) y = ((inner (W_f k j) y) +
    (inner (z_f k j) y))) ->
  (forall m : TS, support Stg m -> (gamma_l 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (gamma_l (S k) m) = ((gamma_l k m) + ((c_m k) * ((S_mj k m) + (T_mj
    k m))))) ->
  (forall m : TS, support Stg m -> (chi_l 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (chi_l (S k) m) = ((chi_l k m) + ((s_m k) * ((S_mj k m) + (T_mj k
    m))))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_t 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_t (S k) m) y =
    ((inner (P_t k m) y) + ((T_mj k m) * (inner (omega_b k) y)) + ((S_mj k m) * (inner (omega_f k) y)))) ->
  (forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_f 0%nat m) y = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall y : process Smp Len real_space, inner (P_f (S k) m) y =
    ((inner (P_f k m) y) + (((S_mj k m) + (T_mj k m)) * (inner (omega_b k) y)))) ->
  (forall k : nat, forall j : nat, (inner (v_f k j) (v_f k j)) <= (inner (v_m j) (v_m j))) ->
  (forall k : nat, forall j : nat, (inner (n_f k j) (n_f k j)) <= (inner (n_m j) (n_m j))) ->
  (0 <= (sqrt_D D)) ->
  (((sqrt_D D) ^ 2) = (INR D)) ->
  (forall k : nat, 0 <= (c_m k)) ->
  (forall k : nat, (inner (v_m k) (v_m k)) <= ((c_m k) ^ 2)) ->
  (forall k : nat, 0 <= (s_m k)) ->
  (forall k : nat, (inner (n_m k) (n_m k)) <= ((s_m k) ^ 2)) ->
  (0 < alpha) ->
  (0 <= Y) ->
  (0 <= sigma) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (S_mj k m)) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (T_mj k m)) ->
  (forall k : nat, (inner (omega_f k) (omega_f k)) <= ((alpha ^ 2) * ((inner (U_f D k) (U_f D k)) + (inner (W_f D k)
    (W_f D k)) + (2 * (inner (U_f D k) (W_f D k)))))) ->
  (forall k : nat, (inner (omega_b k) (omega_b k)) <= ((alpha ^ 2) * ((inner (U_b D k) (U_b D k)) + (inner (W_b D k)
    (W_b D k)) + (2 * (inner (U_b D k) (W_b D k)))))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_t m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_t m h) ^ 2) = (inner (cht_mk m h)
    (cht_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_t m h) <= (pi_t i m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_f m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_f m h) ^ 2) = (inner (chf_mk m h)
    (chf_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_f m h) <= (pi_f i m h)) ->
  (0 <= ell) ->
  ((inner (STv i) (STv i)) <= ((Y ^ 2) * (ell ^ 2))) ->
  ((inner (STn i) (STn i)) <= ((ell ^ 2) * (sigma ^ 2))) ->
  ((inner ch_t ch_t) <= ((alpha ^ 2) * (ell ^ 2) * ((((INR D) * Y) + (sigma * (sqrt_D D))) ^ 2))) /\ ((inner ch_f
    ch_f) <= ((alpha ^ 2) * (ell ^ 2) * ((((INR D) * Y) + (sigma * (sqrt_D D))) ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28
    P29 P30 P31 P32 P33 P34 P35 P36 P37 P38 P39 P40 P41 P42 P43 P44 P45 P46 P47 P48 P49 P50 P51 P52 P53 P54.
  destruct (compare_free_joint_partial Smp Len TS Stg S_mj T_mj alpha c_m chi_l gamma_l s_m sqrt_D P_f P_t U_b U_f W_b
    W_f n_f n_m omega_b omega_f v_f v_m w_b w_f z_b z_f D) as [Rt Rf]; try assumption.
  assert (Root : sqrt (INR D) = sqrt_D D) by (now apply root_is).
  assert (G0 : forall k m, support Stg m -> 0 <= INR D * gamma_l k m + chi_l k m * sqrt_D D).
  { intros k m Hm. rewrite (sum_is (fun i => gamma_l i m) _ k (P23 m Hm) (fun j => P24 j m Hm)).
    rewrite (sum_is (fun i => chi_l i m) _ k (P25 m Hm) (fun j => P26 j m Hm)).
    apply Rplus_le_le_0_compat; apply Rmult_le_pos; auto using pos_INR; apply sum_nonneg; intros j _;
      (apply Rmult_le_pos; [auto | apply Rplus_le_le_0_compat; auto]). }
  assert (All : forall {H : space} (b : lift Stg (fun _ => process Smp Len H)) (r : TS -> process Smp Len real_space),
    (forall m h, support Stg m -> taken Smp Len h -> norm (b m h) <= r m h) ->
    (forall m, support Stg m -> inner (r m) (r m) <= alpha ^ 2 * (INR D * gamma_l i m + chi_l i m * sqrt_D D) ^ 2) ->
    inner b b <= alpha ^ 2 * ell ^ 2 * (INR D * Y + sigma * sqrt_D D) ^ 2).
  { intros H b r Lb Lr.
    pose proof (joint_stages Smp Len Stg b r (STv i) (STn i) alpha ell (INR D) Y sigma ltac:(lra) (pos_INR D) Lb) as J.
    unfold omega in J. rewrite Root in J.
    replace (alpha ^ 2 * ell ^ 2 * (INR D * Y + sigma * sqrt_D D) ^ 2)
      with ((ell * (alpha * (INR D * Y + sqrt_D D * sigma))) ^ 2) by ring.
    apply square_at_most, J.
    - intros m Hm. rewrite <- (P7 i m Hm), <- (P8 i m Hm), (Rmult_comm (sqrt_D D)).
      apply norm_le; [apply Rmult_le_pos; [lra | now apply G0]|]. rewrite Rpow_mult_distr. now apply Lr.
    - apply norm_le; [now apply Rmult_le_pos|]. rewrite Rpow_mult_distr. lra.
    - apply norm_le; [now apply Rmult_le_pos|]. rewrite Rpow_mult_distr. lra. }
  split.
  - rewrite <- norm_sq, <- (lift_seen Stg _ cht_m ch_t P2), norm_sq. apply (All _ cht_m (P_t i)); [|intros; auto].
    intros m h Hm T. rewrite (at_root _ _ _ (P1 m Hm h T) (P46 m Hm h T) (P47 m Hm h T)).
    rewrite <- (P3 i m Hm h T). now apply P48.
  - rewrite <- norm_sq, <- (lift_seen Stg _ chf_m ch_f P5), norm_sq. apply (All _ chf_m (P_f i)); [|intros; auto].
    intros m h Hm T. rewrite (at_root _ _ _ (P4 m Hm h T) (P49 m Hm h T) (P50 m Hm h T)).
    rewrite <- (P6 i m Hm h T). now apply P51.
Qed.

(** free.weighted_partial *)
Lemma compare_free_weighted_partial (Smp : sampler) (Len : nat) (TS : Type) (Stg : functional TS) {H33 : space} {H29 :
  space} (Q_m : nat -> nat -> R) (R_0 : R) (S_mj : nat -> TS -> R) (alpha : R) (c_bar : R) (dev : nat -> R) (nuh : nat
  -> TS -> R) (q_v : nat -> nat -> R) (P_c : nat -> TS -> H33) (W_c : nat -> nat -> process Smp Len H29) (omega_c :
  nat -> H33) (y : nat -> nat -> process Smp Len H29) (D : nat) :
  ((0 < Len)%nat) ->
  (forall k : nat, forall j : nat, known Smp Len _ (k + 1)%nat (y k j)) ->
  (forall k : nat, forall j : nat, centred Smp Len _ (k + 1)%nat (y k j)) ->
  (forall k : nat, (Q_m 0%nat k) = 0) ->
  (forall k : nat, forall j : nat, (Q_m (S k) j) = ((Q_m k j) + (q_v k j))) ->
  (forall k : nat, forall z : process Smp Len H29, inner (W_c 0%nat k) z = 0) ->
  (forall k : nat, forall j : nat, forall z : process Smp Len H29, inner (W_c (S k) j) z = ((inner (W_c k j) z) +
    (inner (y k j) z))) ->
  (forall m : TS, support Stg m -> (nuh 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (nuh (S k) m) = ((nuh k m) + ((S_mj k m) * (dev k)))) ->
  (forall m : TS, support Stg m -> forall z : H33, inner (P_c 0%nat m) z = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall z : H33, inner (P_c (S k) m) z = ((inner (P_c k m) z) +
    ((S_mj k m) * (inner (omega_c k) z)))) ->
  (0 < alpha) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (S_mj k m)) ->
  (0 <= R_0) ->
  (c_bar <= (R_0 ^ 2)) ->
  (forall k : nat, forall j : nat, 0 <= (q_v k j)) ->
  (forall k : nat, forall j : nat, (inner (y k j) (y k j)) <= (c_bar * (q_v k j))) ->
  (forall k : nat, 0 <= (dev k)) ->
  (forall k : nat, (Q_m D k) <= ((dev k) ^ 2)) ->
  (forall k : nat, (inner (omega_c k) (omega_c k)) <= ((inner (W_c D k) (W_c D k)) * (alpha ^ 2))) ->
  (forall k : nat, forall m : TS, support Stg m -> (inner (P_c k m) (P_c k m)) <= ((R_0 ^ 2) * (alpha ^ 2) * ((nuh k
    m) ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19.
  intros N m Hm. replace (R_0 ^ 2 * alpha ^ 2 * nuh N m ^ 2) with ((alpha * R_0) ^ 2 * nuh N m ^ 2) by ring.
  apply square. rewrite (norm_seen _ _ (sum_seen (fun i => P_c i m) omega_c (fun j => S_mj j m) N (P9 m Hm)
    (fun i => P10 i m Hm))).
  rewrite (sum_is (fun i => nuh i m) _ N (P7 m Hm) (fun j => P8 j m Hm)).
  apply (weighted_rows Smp Len y D N (fun j => S_mj j m) dev q_v omega_c alpha R_0 c_bar); auto; try lra.
  - intros k j _ _. rewrite <- Nat.add_1_r. apply P2.
  - intros k j _ _. rewrite <- Nat.add_1_r. apply P1.
  - intros j _. rewrite <- (sum_is (fun k => Q_m k j) (fun k => q_v k j) D (P3 j) (fun k => P4 k j)). apply P18.
  - intros j _. rewrite <- (norm_seen _ _ (vsum_seen (fun k => W_c k j) (fun k => y k j) (P5 j) (fun k => P6 k j) D)).
    apply moved_by; [lra | apply P19].
Qed.

(** free.weighted *)
Lemma compare_free_weighted (Smp : sampler) (Len : nat) (TS : Type) (Stg : functional TS) {H7 : space} {H106 : space}
  {H104 : space} {H8 : space} (Q_m : nat -> nat -> R) (R_0 : R) (S_mj : nat -> TS -> R) (alpha : R) (beta_n : TS ->
  history -> R) (c_bar : R) (c_k : history -> R) (dev : nat -> R) (gsq : history -> R) (nuh : nat -> TS -> R) (nuhat :
  R) (pi_c : nat -> TS -> history -> R) (pi_n : nat -> TS -> history -> R) (q_v : nat -> nat -> R) (rc_k : history ->
  R) (sq_n : nat -> TS -> history -> R) (C_f : process Smp Len real_space) (G_f : process Smp Len H7) (Gf_k : history
  -> H7) (Nuh : nat -> lift Stg (fun _ => real_space)) (P_c : nat -> TS -> process Smp Len real_space) (P_n : nat ->
  TS -> process Smp Len real_space) (Sq_n : nat -> TS -> process Smp Len real_space) (W_c : nat -> nat -> process Smp
  Len H106) (Z_c : process Smp Len real_space) (b_n : lift Stg (fun _ => (process Smp Len H104))) (bn_m : TS ->
  process Smp Len H104) (bn_mk : TS -> history -> H104) (gb_m : TS -> process Smp Len H8) (gb_mk : TS -> history ->
  H8) (gb_n : lift Stg (fun _ => (process Smp Len H8))) (omega_c : nat -> process Smp Len real_space) (omega_n : nat
  -> process Smp Len real_space) (y : nat -> nat -> process Smp Len H106) (D : nat) (i : nat) :
  ((0 < Len)%nat) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall z : H104, inner (bn_mk m h) z =
    ((inner (bn_m m h) z))) ->
  (forall m : TS, support Stg m -> forall z : process Smp Len H104, inner (bn_m m) z = ((inner (b_n m) z))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_n k m h) = (((P_n k m h)
    : R))) ->
  (forall h : history, taken Smp Len h -> forall z : H7, inner (Gf_k h) z = ((inner (G_f h) z))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_c k m h) = (((P_c k m h)
    : R))) ->
  (forall h : history, taken Smp Len h -> (gsq h) = (((C_f h) : R) + ((Z_c h) : R))) ->
  (forall h : history, taken Smp Len h -> (c_k h) = (((C_f h) : R))) ->
  (forall k : nat, forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (sq_n k m h) = (((Sq_n k m
    h) : R))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> forall z : H8, inner (gb_mk m h) z = ((inner
    (gb_m m h) z))) ->
  (forall m : TS, support Stg m -> forall z : process Smp Len H8, inner (gb_m m) z = ((inner (gb_n m) z))) ->
  (forall k : nat, forall m : TS, support Stg m -> (nuh k m) = (((Nuh k m) : R))) ->
  (forall k : nat, forall j : nat, known Smp Len _ (k + 1)%nat (y k j)) ->
  (forall k : nat, forall j : nat, centred Smp Len _ (k + 1)%nat (y k j)) ->
  (differences Smp Len _ Z_c) ->
  (forall k : nat, forall m : TS, support Stg m -> known Smp Len _ 1 (Sq_n k m)) ->
  (forall k : nat, (Q_m 0%nat k) = 0) ->
  (forall k : nat, forall j : nat, (Q_m (S k) j) = ((Q_m k j) + (q_v k j))) ->
  (forall k : nat, forall z : process Smp Len H106, inner (W_c 0%nat k) z = 0) ->
  (forall k : nat, forall j : nat, forall z : process Smp Len H106, inner (W_c (S k) j) z = ((inner (W_c k j) z) +
    (inner (y k j) z))) ->
  (forall m : TS, support Stg m -> (nuh 0%nat m) = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> (nuh (S k) m) = ((nuh k m) + ((S_mj k m) * (dev k)))) ->
  (forall m : TS, support Stg m -> forall z : process Smp Len real_space, inner (P_c 0%nat m) z = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall z : process Smp Len real_space, inner (P_c (S k) m) z =
    ((inner (P_c k m) z) + ((S_mj k m) * (inner (omega_c k) z)))) ->
  (forall m : TS, support Stg m -> forall z : process Smp Len real_space, inner (P_n 0%nat m) z = 0) ->
  (forall k : nat, forall m : TS, support Stg m -> forall z : process Smp Len real_space, inner (P_n (S k) m) z =
    ((inner (P_n k m) z) + ((S_mj k m) * (inner (omega_n k) z)))) ->
  (0 < alpha) ->
  (forall k : nat, forall m : TS, support Stg m -> 0 <= (S_mj k m)) ->
  (0 <= R_0) ->
  (c_bar <= (R_0 ^ 2)) ->
  (forall k : nat, forall j : nat, 0 <= (q_v k j)) ->
  (forall k : nat, forall j : nat, (inner (y k j) (y k j)) <= (c_bar * (q_v k j))) ->
  (forall k : nat, 0 <= (dev k)) ->
  (forall k : nat, (Q_m D k) <= ((dev k) ^ 2)) ->
  (forall k : nat, (inner (omega_c k) (omega_c k)) <= ((inner (W_c D k) (W_c D k)) * (alpha ^ 2))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> 0 <= (beta_n m h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> ((beta_n m h) ^ 2) = (inner (bn_mk m h)
    (bn_mk m h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (beta_n m h) <= (pi_n i m h)) ->
  (forall h : history, taken Smp Len h -> 0 <= (c_k h)) ->
  (forall h : history, taken Smp Len h -> 0 <= (rc_k h)) ->
  (forall h : history, taken Smp Len h -> ((rc_k h) ^ 2) = (c_k h)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (pi_c i m h) = ((pi_n i m h) * (rc_k h))) ->
  (forall h : history, taken Smp Len h -> (gsq h) = (inner (Gf_k h) (Gf_k h))) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (sq_n i m h) = ((pi_n i m h) ^ 2)) ->
  (forall m : TS, support Stg m -> forall h : history, taken Smp Len h -> (inner (gb_mk m h) (gb_mk m h)) = ((inner
    (bn_mk m h) (bn_mk m h)) * (gsq h))) ->
  (0 <= nuhat) ->
  ((inner (Nuh i) (Nuh i)) <= (nuhat ^ 2)) ->
  ((inner gb_n gb_n) <= ((R_0 ^ 2) * (alpha ^ 2) * (nuhat ^ 2))).
Proof.
  intros P0 P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 P20 P21 P22 P23 P24 P25 P26 P27 P28
    P29 P30 P31 P32 P33 P34 P35 P36 P37 P38 P39 P40 P41 P42 P43 P44 P45 P46.
  pose proof (compare_free_weighted_partial Smp Len TS Stg Q_m R_0 S_mj alpha c_bar dev nuh q_v P_c W_c omega_c y D)
    as Row.
  assert (N0 : forall k m, support Stg m -> 0 <= nuh k m).
  { intros k m Hm. rewrite (sum_is (fun i => nuh i m) _ k (P20 m Hm) (fun j => P21 j m Hm)). apply sum_nonneg.
    intros. apply Rmult_le_pos; auto. }
  assert (AR : 0 <= alpha * R_0) by (apply Rmult_le_pos; lra).
  assert (Main : norm (gb_m : lift Stg (fun _ => process Smp Len H8)) <= alpha * R_0 * nuhat).
  { apply (weighted_stages Smp Len Stg gb_m (Sq_n i) (P_c i) C_f Z_c (Nuh i)); auto.
    - intros m h Hm T. rewrite <- (both_seen _ _ _ _ (P9 m Hm h T) (P9 m Hm h T)), (P44 m Hm h T).
      rewrite <- (P8 i m Hm h T), <- (P6 h T), (P43 m Hm h T). apply Rmult_le_compat_r.
      + rewrite (P42 h T). apply inner_pos.
      + rewrite <- (P36 m Hm h T). apply pow_incr. split; [now apply P35 | now apply P37].
    - intros m h Hm T. rewrite <- (P8 i m Hm h T), <- (P7 h T), (P43 m Hm h T), <- (P40 h T).
      apply Req_le. change (inner (P_c i m h) (P_c i m h)) with ((P_c i m h : R) * (P_c i m h : R)).
      rewrite <- (P5 i m Hm h T), (P41 m Hm h T). ring.
    - intros m Hm. rewrite <- (P11 i m Hm). apply norm_le; [apply Rmult_le_pos; auto|].
      rewrite !Rpow_mult_distr, (Rmult_comm (alpha ^ 2)). now apply Row.
    - now apply norm_le. }
  rewrite (lift_seen Stg _ gb_m gb_n P10) in Main. apply square_at_most in Main.
  apply Rle_trans with (1 := Main), Req_le. ring.
Qed.
